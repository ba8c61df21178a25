package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A program is one run of the command: its streams and its global flags.
type program struct {
	in       io.Reader
	out      *output
	err      io.Writer // for people: control characters are escaped
	progress *progress
	flags    globalFlags
}

func newProgram(stdin io.Reader, stdout, stderr io.Writer, cancel context.CancelCauseFunc) *program {
	people := &serialWriter{w: text.Writer(stderr)} // text.Writer is not safe for concurrent use
	p := &program{in: stdin, out: &output{w: stdout, cancel: cancel}, err: people, progress: newProgress(stderr)}
	if terminal(stdout) != nil {
		p.out.before = p.progress.clear
	}
	return p
}

// say writes a message to standard error.
func (p *program) say(format string, args ...any) {
	p.progress.clear()
	message := strings.TrimPrefix(fmt.Sprintf(format, args...), "acrcloud: ") // the prefix of the SDK's errors
	_, _ = fmt.Fprintln(p.err, "acrcloud:", message)
}

// note is say for messages that --quiet suppresses.
func (p *program) note(format string, args ...any) {
	if !p.flags.quiet {
		p.progress.clear()
		_, _ = fmt.Fprintf(p.err, format+"\n", args...)
	}
}

// An output is standard output. It records a failed write, which ends the command.
type output struct {
	w      io.Writer
	cancel context.CancelCauseFunc
	before func() // clears the progress bar; nil: there is none
	err    error
}

// Write implements [io.Writer].
func (o *output) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	if o.before != nil {
		o.before()
	}
	n, err := o.w.Write(b)
	if err != nil {
		o.err = fmt.Errorf("cannot write to standard output: %w", err)
		o.cancel(o.err)
	}
	return n, o.err
}

// A serialWriter is safe for concurrent use, such as by a log and the command itself.
type serialWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements [io.Writer].
func (s *serialWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// terminal returns the file behind a stream if it is a terminal, else nil.
func terminal(stream any) *os.File {
	if o, ok := stream.(*output); ok {
		stream = o.w
	}
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

// columns returns the width of the terminal that shows the output, or 0 if none does.
func (p *program) columns() int {
	f := terminal(p.out)
	if f == nil {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// color reports whether the output may be coloured. See https://no-color.org.
func (p *program) color() bool {
	return !p.flags.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(p.out) != nil
}
