package filescan_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/leftover"
)

// serveEnv makes the test program a server for measurements: what it allocates and computes is then not the client's.
const serveEnv = "ACRCLOUD_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveEnv) != "" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(leftover.Run(m))
}

// serve swallows uploads as fast as it can, until its standard input is closed.
func serve() error {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the process
	if err != nil {
		return err
	}
	const file = `{"data":{"id":"6b1e2c1a-0000-4000-8000-000000000001","cid":1,"name":"big.wav","state":0}}`
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/fs-containers/1/presigned-upload", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":{"presigned_url":"http://%s/store?signature=1","key":"k"}}`, r.Host)
	})
	mux.HandleFunc("GET /api/fs-containers/1/files", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data":[],"meta":{"current_page":1,"last_page":1,"per_page":100,"total":0}}`)
	})
	swallow := func(w http.ResponseWriter, r *http.Request) {
		buf := make([]byte, 1<<20)
		for {
			if _, err := r.Body.Read(buf); err != nil {
				break
			}
		}
		_, _ = io.WriteString(w, file)
	}
	mux.HandleFunc("PUT /store", swallow)
	mux.HandleFunc("POST /api/fs-containers/1/files", swallow)
	_, _ = fmt.Fprintln(os.Stdout, ln.Addr())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(ln) }()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startServer runs serve in a process of its own and returns its base URL.
func startServer(tb testing.TB) string {
	tb.Helper()
	exe, err := os.Executable()
	require.NoError(tb, err)
	cmd := exec.CommandContext(tb.Context(), exe) //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), serveEnv+"=1")
	cmd.Stderr = os.Stderr
	stop, err := cmd.StdinPipe()
	require.NoError(tb, err)
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	tb.Cleanup(func() {
		_ = stop.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err)
	return "http://" + strings.TrimSpace(line)
}
