package identify_test

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

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/leftover"
	"github.com/musicchartsai/acrcloud-go/mock"
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

// mockSeed makes the credentials of the mock known on both sides.
const mockSeed = 3

// latency is what the slow servers take for a response.
const latency = 50 * time.Millisecond

// serve answers identifications until its standard input is closed: as fast as it can, after a while without a look at the sample, and
// after a while as the mock does. It prints the addresses of the three.
func serve() error {
	answers := func(wait time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			buf := make([]byte, 256<<10)
			for {
				if _, err := r.Body.Read(buf); err != nil {
					break
				}
			}
			timer := time.NewTimer(wait)
			<-timer.C
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, fixtures["music"])
		}
	}
	for _, wait := range []time.Duration{0, latency} {
		ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the process
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(os.Stdout, "http://"+ln.Addr().String())
		srv := &http.Server{Handler: answers(wait), ReadHeaderTimeout: time.Minute}
		go func() { _ = srv.Serve(ln) }()
	}
	srv := mock.New(mock.WithSeed(mockSeed))
	srv.AddTrack(mock.Track{Title: "Song", Duration: time.Hour})
	srv.Inject(mock.Fault{Delay: latency})
	base, err := srv.Start()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(os.Stdout, base)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// servers are the addresses of serve.
type servers struct{ fast, slow, mock string }

// startServers runs serve in a process of its own.
func startServers(tb testing.TB) servers {
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
	lines := bufio.NewReader(out)
	var s servers
	for _, address := range []*string{&s.fast, &s.slow, &s.mock} {
		line, err := lines.ReadString('\n')
		require.NoError(tb, err)
		*address = strings.TrimSpace(line)
	}
	return s
}

// configAt is a configuration with the mock's credentials, which the other servers do not look at.
func configAt(address string) acrcloud.Config {
	cfg := mock.New(mock.WithSeed(mockSeed)).Config()
	cfg.IdentifyHost = address
	return cfg
}
