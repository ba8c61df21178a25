package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// onAir is a station on which a track was played.
func onAir(t *testing.T, srv *mock.Server) (station, mock.Track) {
	t.Helper()
	s := newStation(t, srv)
	track := srv.AddTrack(mock.Track{Title: "Silver\x1b[2J River", Artists: []string{"=Ada"}, ISRC: "XX0000000001"})
	for _, id := range []string{s.stream, s.channel} {
		for day := 1; day <= 4; day++ {
			for _, hour := range []int{8, 23} {
				at := time.Date(2026, 1, day, hour, 30, 0, 0, time.UTC)
				require.NoError(t, srv.AddPlay(id, mock.Play{Track: track, At: at, Played: 170 * time.Second}))
			}
		}
	}
	return s, track
}

func TestPlays(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s, track := onAir(t, srv)
	plays := func(args ...string) (string, string) {
		code, stdout, stderr := call(t, env, append([]string{"plays"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.NotContains(t, stdout+stderr, "\x1b")
		return stdout, stderr
	}
	out, _ := plays("list", s.stream, "-p", s.streams, "--day", "2026-01-02", "--zone", "Asia/Tokyo", "-o", "csv")
	rows := records(t, out)
	require.Len(t, rows, 2)
	assert.Equal(t, "2026-01-02T08:30:00+09:00", rows[0]["start"], "23:30 of the day before in UTC")
	assert.Equal(t, "2026-01-02T17:30:00+09:00", rows[1]["start"])
	assert.Equal(t, s.stream, rows[0]["stream_id"])
	assert.Equal(t, "170", rows[0]["seconds"])
	assert.Equal(t, "'=Ada", rows[0]["artists"])
	assert.Equal(t, `Silver\x1b[2J River`, rows[0]["title"])

	out, _ = plays("list", s.channel, "-p", s.channels, "--from", "2026-01-01", "--to", "2026-01-03", "-o", "jsonl")
	assert.Equal(t, 6, strings.Count(out, "\n"))
	out, _ = plays("list", s.stream, "-p", s.streams, "--day", "2026-01-02", "-o", "json")
	assert.Len(t, decode[[]map[string]any](t, out), 2)
	out, _ = plays("list", s.stream, "-p", s.streams, "--day", "2026-01-02")
	assert.Contains(t, out, "2026-01-02 08:30:00  2:50")
	assert.NotContains(t, out, "STREAM ID")
	out, _ = plays("list", s.stream, "-p", s.streams, "--day", "2026-01-02", "-o", "html")
	assert.Contains(t, out, "<!doctype html>")
	assert.Contains(t, out, "River")
	out, _ = plays("list", s.stream, "-p", s.streams, "--day", "2025-01-01", "-o", "json")
	assert.Equal(t, "[]\n", out, "an empty day is no failure")
	out, _ = plays("list", s.stream, "-p", s.streams, "--day", "2026-01-02", "--min-duration", "3m", "-o", "jsonl")
	assert.Empty(t, out)

	require.NoError(t, srv.AddPlay(s.stream, mock.Play{Track: track, At: time.Now().Add(-time.Minute), Played: time.Minute}))
	out, _ = plays("last", s.stream, "-p", s.streams, "-o", "csv")
	last := records(t, out)
	require.Len(t, last, 1)
	assert.Equal(t, `Silver\x1b[2J River`, last[0]["title"])
	plays("now", s.channel, "-p", s.channels)

	out, _ = plays("gaps", s.stream, "-p", s.streams, "--day", "2026-01-02", "--gap", "9h", "-o", "csv")
	gaps := records(t, out)
	require.Len(t, gaps, 1)
	assert.Equal(t, map[string]string{"stream_id": s.stream, "start": "2026-01-02T08:32:50Z", "end": "2026-01-02T23:30:00Z", "seconds": "53830"}, gaps[0])

	out, stderr := plays("state", s.stream, "-p", s.streams, "-o", "csv")
	assert.Equal(t, "running", records(t, out)[0]["state"])
	assert.Contains(t, stderr, "was received for 100.0 %")

	out, _ = plays("list", "--mock", "--sample", "--day", "2026-01-02")
	assert.Contains(t, out, "Silver River")
}

func TestPlaysThatBreakOff(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s, _ := onAir(t, srv)
	remove := srv.Inject(mock.Fault{Op: mock.OpStreamResults, Skip: 2, Status: 422})
	code, stdout, stderr := call(t, env, "plays", "list", s.stream, "-p", s.streams, "--from", "2026-01-01", "--to", "2026-01-04", "--in-flight", "1", "-o", "csv")
	assert.Equal(t, exitFailed, code)
	assert.Len(t, records(t, stdout), 4, "two whole days")
	assert.Contains(t, stderr, "continue with --from 2026-01-03")
	assert.Contains(t, stderr, s.stream+": ")
	remove()
	code, stdout, _ = call(t, env, "plays", "list", s.stream, "-p", s.streams, "--from", "2026-01-03", "--to", "2026-01-04", "-o", "csv")
	assert.Equal(t, exitOK, code)
	assert.Len(t, records(t, stdout), 4)

	for _, args := range [][]string{{"list", "s-none", "-p", s.streams}, {"state", "s-none", "-p", s.streams}, {"list", s.stream, "-p", "999999", "-o", "json"}} {
		code, stdout, stderr = call(t, env, append([]string{"plays"}, args...)...)
		assert.Equal(t, exitFailed, code, args)
		assert.Empty(t, stdout, args)
		assert.Contains(t, stderr, args[1]+": ")
		assert.Contains(t, stderr, "acrcloud projects streams PROJECT")
		assert.NotContains(t, stderr, "continue with", "no day was complete")
	}
}

func TestSavedPlays(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s, _ := onAir(t, srv)
	dir := t.TempDir()
	save := []string{"plays", "save", s.stream, "-p", s.streams, "--from", "2026-01-01", "--to", "2026-01-04", "--dir", dir, "--in-flight", "1"}
	remove := srv.Inject(mock.Fault{Op: mock.OpStreamResults, Skip: 2, Status: 422})
	code, stdout, stderr := call(t, env, save...)
	assert.Equal(t, exitFailed, code)
	first, second := filepath.Join(dir, s.stream, "2026-01-01.csv"), filepath.Join(dir, s.stream, "2026-01-02.csv")
	assert.Equal(t, first+"\n"+second+"\n", stdout)
	assert.Contains(t, stderr, "Repeat the command to fetch the missing days")
	remove()
	require.NoError(t, os.Remove(first))
	before := asked(srv, mock.OpStreamResults)
	code, stdout, stderr = call(t, env, save...)
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, 3, strings.Count(stdout, "\n"))
	assert.Contains(t, stderr, "3 days saved, 1 already saved")
	assert.Equal(t, 3, asked(srv, mock.OpStreamResults)-before, "what is there is not fetched")
	data, err := os.ReadFile(filepath.Join(dir, s.stream, "2026-01-03.csv"))
	require.NoError(t, err)
	assert.Len(t, records(t, string(data)), 2)
	entries, err := os.ReadDir(filepath.Join(dir, s.stream))
	require.NoError(t, err)
	assert.Len(t, entries, 4, "nothing else is left")
	code, stdout, _ = call(t, env, append(save, "--again", "-o", "html")...)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, "2026-01-04.html")

	code, stdout, stderr = call(t, env, "plays", "save", s.stream, "-p", s.streams, "--day", "today", "--dir", dir)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, stdout, "a day that goes on is not complete")
	assert.Contains(t, stderr, "Nothing to save")
}

func TestRecording(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	s, _ := onAir(t, srv)
	dir := t.TempDir()
	record := func(args ...string) (int, string, string) {
		c := command(t, env, append([]string{"plays", "recording", s.stream, "-p", s.streams, "--at", "20260102083000", "--for", "20s"}, args...)...)
		c.Dir = dir
		var out, errs strings.Builder
		c.Stdout, c.Stderr = &out, &errs
		return exit(t, c.Run()), out.String(), errs.String()
	}
	code, stdout, stderr := record()
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, s.stream+"-20260102T083000Z.wav\n", stdout)
	data, err := os.ReadFile(filepath.Join(dir, strings.TrimSpace(stdout)))
	require.NoError(t, err)
	assert.Equal(t, "RIFF", string(data[:4]))
	code, _, stderr = record()
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--replace")
	code, stdout, stderr = record("--out", "take.wav", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, recorded{"take.wav", s.stream, "2026-01-02T08:30:00Z", "audio/wav", int64(len(data))}, decode[recorded](t, stdout))
	code, stdout, _ = record("--out", "-")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, string(data), stdout, "as it comes")
	code, _, _ = record("--out", "take.wav")
	assert.Equal(t, exitUsage, code)

	code, stdout, stderr = record("--out", "big.wav", "--max-bytes", "1000")
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, s.stream+" at 2026-01-02T08:30:00Z: ")
	srv.Inject(mock.Fault{Op: mock.OpStreamRecording, Status: 404, Body: `{"message":"The recording is not available."}`})
	code, _, stderr = record("--out", "none.wav")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "404")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "nothing is left of what failed")
	assert.Equal(t, ".audio", extension(&console.Recording{Filename: "x.exe", ContentType: "text/html"}))
	assert.Equal(t, ".mp3", extension(&console.Recording{ContentType: "audio/mpeg; charset=x"}))
}
