package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// An eventWriter shows events, one at a time, after the program of --exec has handled them.
type eventWriter struct {
	program *program
	format  string
	*listenSettings

	turn   chan struct{} // held while an event is handled
	done   atomic.Int64
	enough context.CancelFunc
}

func newEventWriter(p *program, format string, s *listenSettings, enough context.CancelFunc) *eventWriter {
	return &eventWriter{program: p, format: format, listenSettings: s, turn: make(chan struct{}, 1), enough: enough}
}

// seen returns how many events were handled.
func (w *eventWriter) seen() int { return int(w.done.Load()) }

// handle handles an event. After an error the sender may post it again.
func (w *eventWriter) handle(ctx context.Context, event *webhook.Event) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-w.turn }()
	line, err := lineOf(event)
	if err != nil {
		return err
	}
	var encoded bytes.Buffer
	enc := json.NewEncoder(text.JSONWriter(&encoded))
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line); err != nil {
		return err
	}
	if w.command != "" {
		if err := w.run(ctx, encoded.Bytes()); err != nil {
			return err
		}
	}
	shown := encoded.Bytes()
	if w.format == formatTable {
		shown = []byte(text.Terminal(describe(event, &line)) + "\n")
	}
	if _, err := w.program.out.Write(shown); err != nil {
		return err
	}
	if n := w.done.Add(1); w.count > 0 && n >= int64(w.count) {
		w.enough()
	}
	return nil
}

// pipeDelay limits the wait for the output of a program that has exited: its children may keep the pipe open.
const pipeDelay = 5 * time.Second

// run runs the program for an event. Its output goes to standard error, because standard output is for events.
func (w *eventWriter) run(ctx context.Context, event []byte) error {
	c := exec.CommandContext(ctx, w.command, w.args...) //nolint:gosec // the program that the user names; nothing of the event is an argument
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(event), w.program.err, w.program.err
	c.WaitDelay = pipeDelay
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", w.command, err)
	}
	return nil
}

// describe summarises an event in one line.
func describe(event *webhook.Event, line *eventLine) string {
	parts := []string{line.Time.Local().Format(time.TimeOnly), string(line.Kind)}
	switch {
	case line.File != nil:
		name := line.Name
		if name == "" {
			name = line.FileID
		}
		parts = append(parts, fmt.Sprintf("container %d", line.ContainerID), name, line.State)
		if results := line.File.Results; results != nil {
			matches := len(results.Music) + len(results.CoverSongs) + len(results.CustomFiles)
			parts = append(parts, fmt.Sprintf("matches: %d", matches))
			if len(results.Music) > 0 {
				parts = append(parts, recordingName(&results.Music[0].Result))
			}
		}
	case event.Monitoring != nil:
		parts = append(parts, line.StreamID)
		if line.StreamName != "" {
			parts = append(parts, line.StreamName)
		}
		play := event.Monitoring.Play()
		if item, ok := play.Top(); ok {
			name := item.Title
			if len(item.Artists) > 0 {
				name += " – " + strings.Join(item.Artists, ", ")
			}
			parts = append(parts, name, clock(play.PlayingTime()))
		} else {
			parts = append(parts, "nothing recognised")
		}
	default:
		parts = append(parts, fmt.Sprintf("%d bytes", len(line.Body)))
	}
	return strings.Join(parts, "  ")
}

// recordingName returns a title with its artists.
func recordingName(m *acrcloud.Music) string {
	name := m.Title
	if artists := joined(m.Artists, func(a acrcloud.Artist) string { return a.Name }); artists != "" {
		name += " – " + artists
	}
	return name
}
