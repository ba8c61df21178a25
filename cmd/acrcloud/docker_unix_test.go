//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/musicchartsai/acrcloud-go/mock"
)

const repository = "../.."

// A dockerInstruction is a line of a Dockerfile, its continuations included.
type dockerInstruction struct {
	stage      int // from 1
	name, args string
}

// list is the arguments as a JSON list.
func (d dockerInstruction) list(t *testing.T) []string {
	t.Helper()
	var v []string
	require.NoError(t, json.Unmarshal([]byte(d.args[strings.IndexByte(d.args, '['):]), &v), d.args)
	return v
}

// dockerfile reads the instructions of the Dockerfile.
func dockerfile(t *testing.T) []dockerInstruction {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "Dockerfile"))
	require.NoError(t, err)
	joined := strings.ReplaceAll(regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(string(text), ""), "\\\n", " ")
	var all []dockerInstruction
	stage := 0
	for line := range strings.Lines(joined) {
		name, args, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		require.Contains(t, []string{"FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}, name)
		if name == "FROM" {
			stage++
		}
		all = append(all, dockerInstruction{stage, name, strings.TrimSpace(args)})
	}
	return all
}

// only is the one instruction of a name in the last stage, which is the image.
func only(t *testing.T, all []dockerInstruction, name string) dockerInstruction {
	t.Helper()
	last := all[len(all)-1].stage
	all = slices.DeleteFunc(slices.Clone(all), func(d dockerInstruction) bool { return d.name != name || d.stage != last })
	require.Len(t, all, 1, name)
	return all[0]
}

// The image's entry point, its default command, its port and its health check are those of the command as it is.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	all := dockerfile(t)
	assert.Equal(t, "scratch", only(t, all, "FROM").args)
	assert.Regexp(t, `^[1-9]\d*:[1-9]\d*$`, only(t, all, "USER").args, "by numbers, since there is no /etc/passwd, and not root")
	entry := only(t, all, "ENTRYPOINT").list(t)
	cmd := only(t, all, "CMD").list(t)
	_, port, err := net.SplitHostPort(mockAddress)
	require.NoError(t, err)
	assert.Equal(t, []string{"/acrcloud"}, entry)
	assert.Equal(t, []string{"mock", "--listen", ":" + port}, cmd)
	assert.Equal(t, port, only(t, all, "EXPOSE").args)
	for _, d := range all {
		if d.name == "COPY" && !strings.HasPrefix(d.args, "--from") {
			sources := strings.Fields(d.args)
			for _, source := range sources[:len(sources)-1] {
				assert.FileExists(t, filepath.Join(repository, source, "go.work"))
			}
		}
	}

	m := startMock(t, clean(t))
	check := only(t, all, "HEALTHCHECK").list(t)
	require.Equal(t, entry[0], check[0])
	code, stdout, stderr := call(t, clean(t), append(check[1:], m.base)...)
	assert.Equal(t, exitOK, code, stderr)
	assert.Equal(t, "ok\n", stdout)
	require.Equal(t, exitOK, m.stop(t))
	code, _, stderr = call(t, clean(t), append(check[1:], m.base)...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "no mock serves at "+m.base)
}

func TestMockHealth(t *testing.T) {
	t.Parallel()
	respond := func(status int, body string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != healthPath {
				status = http.StatusNotFound
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	tests := []struct {
		name, url string
		code      int
		stderr    string
	}{
		{"healthy", respond(http.StatusOK, `{"status":"ok"}`) + "/api?x#y", exitOK, ""},
		{"failing", respond(http.StatusServiceUnavailable, `{"status":"ok"}`), exitFailed, "503 service unavailable"},
		{"redirect", respond(http.StatusFound, `{"status":"ok"}`), exitFailed, "302 found"},
		{"another service", respond(http.StatusOK, "<html>"), exitFailed, "something else"},
		{"no scheme", "127.0.0.1:8750", exitUsage, "not of the form"},
		{"password", "http://me:hunter2@127.0.0.1:8750", exitUsage, "not of the form"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := call(t, clean(t, "HTTP_PROXY=http://127.0.0.1:1"), "mock", "health", tt.url)
			assert.Equal(t, tt.code, code, stderr)
			assert.Contains(t, stderr, tt.stderr)
			assert.NotContains(t, stderr, "hunter2")
		})
	}
}

// recording is audio of some seconds.
func recording(t *testing.T) []byte {
	t.Helper()
	srv := mock.New(mock.WithSeed(1))
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	return srv.AddTrack(mock.Track{}).Audio()
}

// A composition is what is used of the Compose format.
type composition struct {
	Services map[string]composeService `yaml:"services"`
}

type composeService struct {
	Build       any               `yaml:"build"`
	Image       string            `yaml:"image"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Healthcheck struct {
		Test     []string `yaml:"test"`
		Interval string   `yaml:"interval"`
		Timeout  string   `yaml:"timeout"`
		Retries  int      `yaml:"retries"`
		Disable  bool     `yaml:"disable"`
	} `yaml:"healthcheck"`
	Volumes   []string `yaml:"volumes"`
	Ports     []string `yaml:"ports"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
}

// environment is the environment of a service, with its addresses replaced.
func (s *composeService) environment(old, now string) []string {
	var env []string
	for name, value := range s.Environment {
		env = append(env, name+"="+strings.ReplaceAll(value, old, now))
	}
	return env
}

// The services of the sample for Docker Compose run as they are written, but for addresses and folders: an application of another image than
// this one would find the same.
func TestCompose(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repository, "examples", "docker", "compose.yaml"))
	require.NoError(t, err)
	var file composition
	decoder := yaml.NewDecoder(bytes.NewReader(bytes.Replace(text, []byte("name: acrcloud\n"), nil, 1)))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&file))
	songs := t.TempDir()
	write(t, filepath.Join(songs, "Ada Alder - Silver River.wav"), recording(t))
	replace := func(args []string) []string {
		args = slices.Clone(args)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "/songs", songs)
		}
		return args
	}

	service := file.Services["mock"]
	require.Equal(t, []string{"mock", "--listen", ":8750"}, service.Command[:3])
	assert.Equal(t, []string{"127.0.0.1:8750:8750"}, service.Ports, "not reachable from other machines")
	m := startMock(t, clean(t, service.environment("", "")...), replace(service.Command[3:])...)
	check := service.Healthcheck.Test
	require.Equal(t, []string{"CMD", "/acrcloud"}, check[:2])
	code, _, stderr := call(t, clean(t), append(check[2:], m.base)...)
	assert.Equal(t, exitOK, code, stderr)

	app := file.Services["app"]
	assert.Equal(t, "service_healthy", app.DependsOn["mock"].Condition)
	assert.Equal(t, service.Image, app.Image)
	assert.True(t, app.Healthcheck.Disable)
	assert.Contains(t, app.Command, "--insecure-http", "the mock is another machine there")
	code, stdout, stderr := call(t, clean(t, app.environment("http://mock:8750", m.base)...), replace(app.Command)...)
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River")
}
