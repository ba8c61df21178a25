package transport_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// net/http prints whatever comes on an idle connection to the standard logger. A storage, or a proxy before it, that says more than one
// response may repeat the presigned URL there, so such a connection is never left idle.
//
//nolint:paralleltest // the standard logger is shared
func TestDoUnsolicitedResponse(t *testing.T) {
	var printed lockedBuffer
	before := log.Writer()
	log.SetOutput(&printed)
	t.Cleanup(func() { log.SetOutput(before) })
	for name, response := range map[string]string{
		"with a body":    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"without a body": "HTTP/1.1 204 No Content\r\n\r\n",
		"an error":       "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
		"keep-alive":     "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			var conns sync.WaitGroup
			conns.Go(func() {
				for {
					conn, err := ln.Accept()
					if err != nil {
						return
					}
					conns.Go(func() {
						defer conn.Close() //nolint:errcheck // the client closes it, too
						r, err := http.ReadRequest(bufio.NewReader(conn))
						if err != nil {
							return
						}
						_, _ = io.Copy(io.Discard, r.Body)
						_, _ = fmt.Fprintf(conn, "%sHTTP/1.1 400 Bad Request\r\n\r\nwhat is %s?", response, r.RequestURI)
						_, _ = io.Copy(io.Discard, conn) // until the client has closed it, and so has seen everything
					})
				}
			})
			tr := &http.Transport{}
			c := client(t, acrcloud.WithHTTPClient(&http.Client{Transport: tr}))
			for range 5 {
				_, _ = c.Do(t.Context(), store("http://"+ln.Addr().String()+"/key?sig=s1gn4ture", "content"))
			}
			tr.CloseIdleConnections()
			require.NoError(t, ln.Close())
			conns.Wait()
		})
	}
	assert.Empty(t, printed.String())
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
