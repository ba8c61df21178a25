package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// newBucket makes a bucket for files.
func newBucket(t *testing.T, srv *mock.Server) string {
	t.Helper()
	bucket, err := managed(t, srv).Buckets().Create(t.Context(), console.CreateBucketRequest{Name: "masters", Type: console.FileBucket, Region: acrcloud.EUWest1})
	require.NoError(t, err)
	return strconv.Itoa(bucket.ID)
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	code, stdout, stderr := call(t, env, "buckets", "create", "masters\x1b[2J", "--in", "eu-west-1", "--label", "a", "--label", "b", "--net", "offline", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	assert.NotContains(t, stdout, "\x1b")
	bucket := decode[console.Bucket](t, stdout)
	require.NotNil(t, bucket.NetType)
	assert.Equal(t, console.NetOffline, *bucket.NetType)
	id := strconv.Itoa(bucket.ID)
	for _, args := range [][]string{{"list", "--in", "eu-west-1"}, {"list", "--type", "file", "-o", "jsonl"}, {"get", id, "-o", "csv"}, {"update", id, "--label", "c", "-o", "csv"}} {
		code, stdout, stderr = call(t, env, append([]string{"buckets"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, id, args)
		assert.NotContains(t, stdout, "\x1b")
	}
	assert.Equal(t, "c", records(t, stdout)[0]["labels"])
	code, _, stderr = call(t, env, "buckets", "delete", id, "--yes")
	require.Equal(t, exitOK, code, stderr)
	code, stdout, stderr = call(t, env, "buckets", "get", id)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "bucket "+id+": ")

	token := srv.IssueToken(mock.Token{Scopes: []string{"read-buckets"}})
	code, stdout, stderr = call(t, append(env, "ACRCLOUD_BEARER_TOKEN="+token.Reveal()), "buckets", "files", "list", id, "-o", "json")
	assert.Equal(t, exitCredentials, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "read-audios")
}

func TestBucketFiles(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	id, other := newBucket(t, srv), newBucket(t, srv)
	dir := t.TempDir()
	one := write(t, filepath.Join(dir, "=one.wav"), track.WAV(0, 20*time.Second))
	two := write(t, filepath.Join(dir, "two.wav"), track.WAV(20*time.Second, 40*time.Second))
	files := func(args ...string) (string, string) {
		code, stdout, stderr := call(t, env, append([]string{"buckets", "files"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.NotContains(t, stdout+stderr, "\x1b")
		return stdout, stderr
	}
	out, stderr := files("add", id, one, two, "--set", "artist=Ada = Alder", "--unique", "--wait", "-o", "json")
	assert.Contains(t, stderr, "Adding 2 files to bucket "+id+" at "+srv.Config().BaseURL)
	assert.Contains(t, stderr, "billed")
	made := decode[[]console.BucketFile](t, out)
	require.Len(t, made, 2)
	assert.ElementsMatch(t, []string{"=one.wav", "two.wav"}, []string{made[0].Title, made[1].Title})
	assert.Equal(t, console.FileReady, made[0].State)
	assert.JSONEq(t, `"Ada = Alder"`, string(made[0].UserDefined["artist"]))
	out, _ = files("add", id, filepath.Join(dir, "*.wav"), "--unique", "-o", "csv")
	assert.Len(t, records(t, out), 2, "a pattern that no shell has expanded")
	assert.Equal(t, 2, asked(srv, mock.OpCreateBucketFile), "with --unique the command can be repeated")

	out, _ = files("add", id, "--acrid", track.ACRID, "-o", "csv")
	assert.Len(t, records(t, out), 1)
	out, _ = files("add", id, "https://cdn.example.com/x/three.mp3?signature=s3cr3t", "--unique", "-o", "csv")
	assert.Equal(t, "three.mp3", records(t, out)[0]["title"])
	assert.NotContains(t, out, "s3cr3t")
	files("add", id, "--fingerprint", write(t, filepath.Join(dir, "four.db"), []byte("a fingerprint")))
	c := command(t, env, "buckets", "files", "add", id, "-", "--title", "piped", "-o", "csv")
	c.Stdin = strings.NewReader(string(mp3("piped")))
	piped, err := c.Output()
	require.NoError(t, err)
	assert.Equal(t, "piped", records(t, string(piped))[0]["title"])

	out, _ = files("list", id, "-o", "csv")
	assert.Len(t, records(t, out), 6)
	out, _ = files("list", id, "--search", "two", "--state", "ready", "-o", "csv")
	rows := records(t, out)
	require.Len(t, rows, 1)
	second := rows[0]["id"]
	files("list", id)
	out, _ = files("get", id, second, rows[0]["acr_id"], "-o", "csv")
	both := records(t, out)
	require.Len(t, both, 2)
	assert.Equal(t, both[0], both[1], "by id and by ACRID")
	out, _ = files("update", id, second, "--title", "renamed", "--set", "isrc=XX0000000001", "-o", "json")
	assert.Equal(t, "renamed", decode[console.BucketFile](t, out).Title)
	out, _ = files("wait", id, second, "-o", "csv")
	assert.Equal(t, "ready", records(t, out)[0]["state"])

	files("move", id, second, "--to", other)
	out, _ = files("list", other, "-o", "csv")
	assert.Equal(t, "renamed", records(t, out)[0]["title"])
	code, _, stderr := call(t, env, "buckets", "files", "delete", other, second)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--yes")
	files("delete", other, second, "--yes")
	code, stdout, stderr := call(t, env, "buckets", "files", "get", other, second)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "file "+second+": ")
}

func TestAddingThatFails(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	id := newBucket(t, srv)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.mp3"), mp3("a"))
	write(t, filepath.Join(dir, "b.mp3"), mp3("b"))
	write(t, filepath.Join(dir, "empty.mp3"), nil)
	all := filepath.Join(dir, "*.mp3")

	code, _, stderr := call(t, env, "buckets", "files", "add", id, all, "--max", "2")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "more than 2")
	assert.Zero(t, asked(srv, mock.OpCreateBucketFile))

	code, stdout, stderr := call(t, env, "buckets", "files", "add", id, all, filepath.Join(dir, "a.mp3"), "-o", "csv")
	assert.Equal(t, exitFailed, code)
	assert.Len(t, records(t, stdout), 2, "one that fails does not stop the others")
	assert.Equal(t, 2, asked(srv, mock.OpCreateBucketFile), "what is named twice is sent once")
	assert.Contains(t, stderr, filepath.Join(dir, "empty.mp3")+": ")
	assert.Contains(t, stderr, "1 of 3 files could not be added to bucket "+id)

	srv.Inject(mock.Fault{Op: mock.OpCreateBucketFile, Times: 1, Forget: true})
	code, _, stderr = call(t, env, "buckets", "files", "add", id, filepath.Join(dir, "a.mp3"), "--title", "lost")
	assert.Equal(t, exitUnknown, code, stderr)
	assert.Contains(t, stderr, "acrcloud buckets files list "+id+` --search "lost"`)
	before := asked(srv, mock.OpCreateBucketFile)
	code, stdout, stderr = call(t, env, "buckets", "files", "add", id, filepath.Join(dir, "a.mp3"), "--title", "lost", "--unique", "-o", "csv")
	assert.Equal(t, exitOK, code, stderr)
	assert.Len(t, records(t, stdout), 1)
	assert.Equal(t, before, asked(srv, mock.OpCreateBucketFile), "what was made is taken")

	code, stdout, stderr = call(t, env, "buckets", "files", "add", id, write(t, filepath.Join(dir, "notes.txt"), []byte("no audio")), "--wait", "-o", "csv")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "error", records(t, stdout)[0]["state"])
	assert.Contains(t, stderr, "1 of 1 file cannot be found by recognition")

	code, stdout, stderr = call(t, env, "buckets", "files", "add", "999999", all, "--uploads", "1", "-o", "csv")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, 1, strings.Count(stderr, "999999/files"), "no other file would fare better: %s", stderr)
	assert.Empty(t, records(t, stdout))
	code, _, stderr = call(t, append(env, "ACRCLOUD_BEARER_TOKEN=wrong"), "buckets", "files", "add", id, all)
	assert.Equal(t, exitCredentials, code, stderr)
	assert.NotContains(t, stderr, "=wrong")
}
