//go:build unix

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// trusting is a client that trusts the authority of a folder, and is sent to the mock whatever host it calls.
func trusting(t *testing.T, dir, at string) *http.Client {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, authorityCert))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(text))
	tr := &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, at)
		},
	}
	return &http.Client{Transport: tr, Timeout: testTimeout}
}

func getBy(t *testing.T, c *http.Client, url string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1]) //nolint:gosec // names and values in pairs
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read from
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestMockTLS(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "ca")
	env := clean(t)
	m := startMock(t, env, "--tls", "--ca", dir, "--name", "Mock-In-A-Container")
	require.True(t, strings.HasPrefix(m.base, "https://"), m.base)
	at := strings.TrimPrefix(m.base, "https://")
	info, err := os.Stat(filepath.Join(dir, authorityKey))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	client := trusting(t, dir, at)
	for _, host := range []string{at, "localhost", "mock-in-a-container", "api-v2.acrcloud.com", "identify-cn-north-1.acrcloud.cn"} {
		status, body := getBy(t, client, "https://"+host+"/_mock/health")
		assert.Equal(t, http.StatusOK, status, "%s: %s", host, body)
	}
	_, body := getBy(t, client, "https://example.com/_mock/health")
	assert.Contains(t, body, "certificate is valid for")
	status, _ := get(t, "http://"+at+"/_mock/health")
	assert.Equal(t, http.StatusOK, status, "plain HTTP goes on, on the same port")

	song := write(t, filepath.Join(t.TempDir(), "song.mp3"), mp3("x"))
	code, stdout, stderr := call(t, append(env, append(m.env, "SSL_CERT_FILE="+filepath.Join(dir, authorityCert))...), "scan", song)
	assert.Equal(t, exitOK, code, stdout+stderr)
	code, _, stderr = call(t, append(env, m.env...), "containers", "list")
	assert.NotEqual(t, exitOK, code, "who was not told does not trust it")
	assert.Contains(t, stderr, "certificate")
	assert.Equal(t, exitOK, m.stop(t))
	assert.Contains(t, m.stderr.String(), "NODE_EXTRA_CA_CERTS")

	before, err := os.ReadFile(filepath.Join(dir, authorityCert))
	require.NoError(t, err)
	again := startMock(t, env, "--tls", "--ca", dir)
	after, err := os.ReadFile(filepath.Join(dir, authorityCert))
	require.NoError(t, err)
	assert.Equal(t, before, after, "clients go on trusting it")
	assert.Equal(t, exitOK, again.stop(t))
	assert.NotContains(t, again.stderr.String(), "Created the certificate authority")

	code, _, stderr = call(t, env, "mock", "--listen", "127.0.0.1:0", "--tls", "--ca", dir, "--name", "other")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `cannot sign for "other"`)
}

func TestMockHosts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := startMock(t, clean(t), "--hosts", "--ca", dir, "--token", "t", "--access-key", "k", "--access-secret", "s", "--tracks", t.TempDir())
	at := strings.TrimPrefix(m.base, "https://")
	_, port, err := net.SplitHostPort(at)
	require.NoError(t, err)
	client := trusting(t, dir, at)
	lines, err := os.ReadFile(filepath.Join(dir, authorityHosts))
	require.NoError(t, err)
	for _, host := range mock.Hosts() {
		assert.Contains(t, string(lines), "127.0.0.1 "+host+"\n")
		status, body := getBy(t, client, "https://"+host+"/_mock/health")
		assert.Equal(t, http.StatusOK, status, "%s: %s", host, body)
	}
	status, body := getBy(t, client, "https://api-v2.acrcloud.com/api/fs-containers", "Authorization", "Bearer t")
	assert.Equal(t, http.StatusOK, status, body)
	status, _ = getBy(t, client, "https://identify-eu-west-1.acrcloud.com/api/fs-containers", "Authorization", "Bearer t")
	assert.Equal(t, http.StatusNotFound, status, "each host serves what it serves at the service")
	id := strings.TrimPrefix(m.env[1], "ACRCLOUD_CONTAINER_ID=")
	status, body = getBy(t, client, "https://api-eu-west-1.acrcloud.com:"+port+"/api/fs-containers/"+id+"/presigned-upload?filename=a.mp3", "Authorization", "Bearer t")
	require.Equal(t, http.StatusOK, status, body)
	presigned := decode[struct {
		Data struct {
			URL string `json:"presigned_url"`
		} `json:"data"`
	}](t, body)
	u, err := url.Parse(presigned.Data.URL)
	require.NoError(t, err)
	assert.Equal(t, "storage.acrcloud.test:"+port, u.Host, "the port of the request is that of the storage")
	assert.Equal(t, exitOK, m.stop(t))
	assert.Contains(t, m.stderr.String(), "curl --connect-to ::127.0.0.1:"+port)
}

func TestMockTLSRefusals(t *testing.T) {
	t.Parallel()
	file := write(t, filepath.Join(t.TempDir(), "file"), []byte("x"))
	broken := t.TempDir()
	write(t, filepath.Join(broken, authorityKey), []byte("no key"))
	readable := t.TempDir()
	_, err := openAuthority(readable, mockDomains)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(filepath.Join(readable, authorityKey), 0o644)) //nolint:gosec // what is refused
	keyless := t.TempDir()
	write(t, filepath.Join(keyless, authorityCert), []byte("x"))
	strange := t.TempDir()
	_, err = openAuthority(strange, mockDomains)
	require.NoError(t, err)
	other, err := os.ReadFile(filepath.Join(readable, authorityCert))
	require.NoError(t, err)
	write(t, filepath.Join(strange, authorityCert), other)
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"--ca", "x"}, []string{"--tls or --hosts"}},

		{[]string{"--tls", "--name", "mock:443"}, []string{"--name", "without a port"}},
		{[]string{"--tls", "--ca", filepath.Join(file, "ca")}, []string{"--ca", "not a directory"}},
		{[]string{"--tls", "--ca", broken}, []string{authorityKey, "not a private key", "remove it"}},
		{[]string{"--tls", "--ca", readable}, []string{"chmod 600"}},
		{[]string{"--tls", "--ca", keyless}, []string{"its key", "remove it"}},
		{[]string{"--tls", "--ca", strange}, []string{"does not match", "remove"}},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, clean(t), append([]string{"mock", "--listen", "127.0.0.1:0"}, tt.args...)...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			for _, want := range tt.want {
				assert.Contains(t, stderr, want)
			}
		})
	}
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := openAuthority(dir, mockDomains)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, authorityCert)))
	again, err := openAuthority(dir, mockDomains) // it was stopped after the key was written
	require.NoError(t, err)
	assert.Equal(t, a.key.Public(), again.key.Public())

	roots := x509.NewCertPool()
	roots.AddCert(again.cert)
	verify := func(name string, ips ...net.IP) error {
		again.serve([]string{name}, ips)
		again.ips = ips
		leaf, err := again.certificate(time.Now())
		require.NoError(t, err)
		_, err = leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
		return err
	}
	require.NoError(t, verify("api-v2.acrcloud.com", net.IPv4(10, 0, 0, 1)))
	require.Error(t, verify("example.com"), "a client refuses what it cannot sign for")
	require.Error(t, verify("localhost", net.IPv4(8, 8, 8, 8)))

	again.serve([]string{"localhost"}, []net.IP{net.IPv4(8, 8, 8, 8), net.IPv4(127, 0, 0, 1)})
	first, err := again.certificate(time.Now())
	require.NoError(t, err)
	assert.Len(t, first.Leaf.IPAddresses, 1, "public addresses are left out")
	same, err := again.certificate(time.Now().Add(time.Hour))
	require.NoError(t, err)
	assert.Same(t, first, same)
	next, err := again.certificate(time.Now().Add(certificateLife - time.Hour))
	require.NoError(t, err)
	assert.NotSame(t, first, next, "it is made again before it ends")
}
