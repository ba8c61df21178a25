package filescan_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	stdmultipart "mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// bigFile makes a file of that many bytes, which takes no room on most disks.
func bigFile(tb testing.TB, size int64) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "big.wav")
	f, err := os.Create(name)
	require.NoError(tb, err)
	require.NoError(tb, f.Truncate(size))
	require.NoError(tb, f.Close())
	return name
}

func measuredFiles(tb testing.TB, base string) *filescan.Files {
	tb.Helper()
	client, err := filescan.New(acrcloud.Config{BaseURL: base, BearerToken: acrcloud.NewSecret("t"), ContainerID: 1})
	require.NoError(tb, err)
	return client.Files(1)
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// plainPut is what a program does without an SDK.
func plainPut(ctx context.Context, url, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, struct{ io.Reader }{f})
	if err != nil {
		return err
	}
	req.ContentLength = info.Size()
	return plainDo(req)
}

// plainForm is the careful way to send a form: nothing is buffered, and its length is known.
func plainForm(ctx context.Context, url, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	w := stdmultipart.NewWriter(&buf)
	if _, err := w.CreateFormFile("file", "big.wav"); err != nil {
		return err
	}
	head := buf.Len()
	if err := w.Close(); err != nil {
		return err
	}
	body := io.MultiReader(bytes.NewReader(buf.Bytes()[:head]), f, bytes.NewReader(buf.Bytes()[head:]))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return err
	}
	req.ContentLength = int64(buf.Len()) + info.Size()
	req.Header.Set("Content-Type", w.FormDataContentType())
	return plainDo(req)
}

func plainDo(req *http.Request) error {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// BenchmarkUpload sends 1 GiB from a file to a server in another process, in turn through the SDK and through plain net/http. The
// metric "throughput/net-http" is the SDK's share of the throughput of net/http; "sdk-B" is what the SDK allocated for an upload.
func BenchmarkUpload(b *testing.B) {
	const size = 1 << 30
	name := bigFile(b, size)
	base := startServer(b)
	files := measuredFiles(b, base)
	methods := []struct {
		method filescan.Method
		plain  func(ctx context.Context) error
	}{
		{filescan.Presigned, func(ctx context.Context) error { return plainPut(ctx, base+"/store", name) }},
		{filescan.Multipart, func(ctx context.Context) error { return plainForm(ctx, base+"/api/fs-containers/1/files", name) }},
	}
	for _, m := range methods {
		b.Run(string(m.method), func(b *testing.B) {
			ctx := b.Context()
			require.NoError(b, m.plain(ctx)) // warm up
			var ours, theirs time.Duration
			var bytes uint64
			b.SetBytes(2 * size)
			for b.Loop() {
				start := time.Now()
				require.NoError(b, m.plain(ctx))
				theirs += time.Since(start)

				before, start := allocated(), time.Now()
				_, err := filescan.UploadAnySize(ctx, files, acrcloud.FromFile(name), m.method)
				ours += time.Since(start)
				bytes += allocated() - before
				require.NoError(b, err)
			}
			b.ReportMetric(float64(theirs)/float64(ours), "throughput/net-http")
			b.ReportMetric(float64(bytes)/float64(b.N), "sdk-B")
		})
	}
}

// An upload needs the same little memory whatever its size.
//
//nolint:paralleltest // it measures what the whole program allocates
func TestUploadsMemory(t *testing.T) {
	const size = 256 << 20
	name := bigFile(t, size)
	files := measuredFiles(t, startServer(t))
	for _, method := range []filescan.Method{filescan.Presigned, filescan.Multipart} {
		before := allocated()
		_, err := files.Upload(t.Context(), acrcloud.FromFile(name), &filescan.UploadOptions{Method: method})
		require.NoError(t, err)
		assert.Less(t, allocated()-before, uint64(1<<20), "%s", method)
	}
}
