package filescan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestRemoteURL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                     "",
		"https://a.test/b.mp3": "https://a.test/b.mp3",
		"ftp://a.test/b.mp3":   "ftp://a.test/b.mp3",
		"https://a.test/b?":    "https://a.test/b?",
		"https://a.test/b.mp3?sig=s3cret&x=&y=s3cret":              "https://a.test/b.mp3?sig=[redacted]&x=&y=[redacted]",
		"https://a.test/b.mp3?s3cret":                              "https://a.test/b.mp3?[redacted]",
		"https://a.test/b.mp3#s3cret":                              "https://a.test/b.mp3#[redacted]",
		"https://user:s3cret@a.test/@b.mp3":                        "https://[redacted]@a.test/@b.mp3",
		"https://user:s3cret@a.test?v=1":                           "https://[redacted]@a.test?v=[redacted]",
		"https://www.youtube.com/watch?v=abc&list=d&t=5&si=s3cret": "https://www.youtube.com/watch?v=abc&list=d&t=5&si=[redacted]",
		"https://www.youtube.com/@name":                            "https://www.youtube.com/@name",
		"https://user:s3/cret@a.test/b":                            "[redacted]",
		"\x00s3cret":                                               "[redacted]",
		"https://[redacted]@user:s3cret@a.test/b":                  "https://[redacted]@a.test/b",
		"https://user:s3cret@a.test/b//[redacted]@c":               "https://[redacted]@a.test/b//[redacted]@c",
	} {
		assert.Equal(t, want, filescan.RemoteURL(given).String(), given)
		assert.Equal(t, want, filescan.RemoteURL(want).String(), "shown again")
		assert.Equal(t, want, fmt.Sprintf("%v", filescan.RemoteURL(given)))
	}
}

// A signed URL does not show, however a file is printed, logged or encoded; the program that asks for it has it.
func TestFileURLIsHidden(t *testing.T) {
	t.Parallel()
	const signed = "https://user:s3cret@cdn.test/a.mp3?sig=s3cret"
	var file filescan.File
	require.NoError(t, json.Unmarshal([]byte(`{"id":"a","state":-2,"url":"`+signed+`"}`), &file))
	assert.Equal(t, signed, string(file.URL))

	var out bytes.Buffer
	for _, v := range []any{file, &file, []filescan.File{file}, map[string]any{"file": file}, struct{ File filescan.File }{file}, file.URL} {
		for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	fmt.Fprintf(&out, "%#v %#v %x\n", file, file.URL, file.URL)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "file", file, "url", file.URL)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "file", file, "url", file.URL)
	require.NoError(t, filescan.WriteJSONL(&out, filescan.FilesOf(&file), nil))
	require.NoError(t, filescan.WriteCSV(&out, filescan.FilesOf(&file), nil))
	encoded, err := json.Marshal(file)
	require.NoError(t, err)
	out.Write(encoded)
	assert.Contains(t, out.String(), "cdn.test/a.mp3")
	assert.NotContains(t, out.String(), "s3cret")

	var again filescan.File
	require.NoError(t, json.Unmarshal(encoded, &again))
	assert.Equal(t, "https://[redacted]@cdn.test/a.mp3?sig=[redacted]", string(again.URL))
	twice, err := json.Marshal(again)
	require.NoError(t, err)
	assert.Equal(t, string(encoded), string(twice), "from then on it stays the same")
}

// The parameters of a video's page are shown on platforms only, and only if they look like that.
func TestRemoteURLOnPlatforms(t *testing.T) {
	t.Parallel()
	for address, shown := range map[filescan.RemoteURL]string{
		"https://www.youtube.com/watch?v=abc-_9&t=3":  "https://www.youtube.com/watch?v=abc-_9&t=3",
		"https://youtu.be/abc?t=3":                    "https://youtu.be/abc?t=3",
		"https://cdn.example.com/a.mp3?t=S1GNED":      "https://cdn.example.com/a.mp3?t=[redacted]",
		"https://cdn.example.com/a.mp3?v=S1GNED":      "https://cdn.example.com/a.mp3?v=[redacted]",
		"https://notyoutube.com/watch?v=S1GNED":       "https://notyoutube.com/watch?v=[redacted]",
		"https://youtube.com/watch?v=abc;sig=S1GNED":  "https://youtube.com/watch?v=[redacted]",
		"https://cdn.example.com/a.mp3;sig=S1GNED/b":  "https://cdn.example.com/a.mp3;sig=[redacted]/b",
		"https:user:S1GNED@cdn.example.com":           "[redacted]",
		"https://user:S1GNED@cdn.example.com/a;b=c?d": "https://[redacted]@cdn.example.com/a;b=[redacted]?[redacted]",
	} {
		assert.Equal(t, shown, address.String())
	}
}

// What the service says about a file may repeat the address that it was fetched from.
func TestScanErrorShowsNoCredentials(t *testing.T) {
	t.Parallel()
	file := &filescan.File{ID: "a", State: filescan.StateFailed, Detail: "cannot download https://user:s3cr3t@cdn.test/a.mp3?sig=s1gn4ture"}
	var out strings.Builder
	require.NoError(t, filescan.WriteCSV(&out, filescan.FilesOf(file), nil))
	for _, text := range []string{(&filescan.ScanError{File: file}).Error(), out.String()} {
		assert.Contains(t, text, "cannot download https://")
		assert.NotContains(t, text, "s3cr3t")
		assert.NotContains(t, text, "s1gn4ture")
	}
}
