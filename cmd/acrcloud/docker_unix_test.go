//go:build unix

package main

import (
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
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
	assert.Equal(t, []string{"mock", "--listen", ":" + port, "--control", controlAll}, cmd)
	assert.Equal(t, port, only(t, all, "EXPOSE").args)
	for _, d := range all {
		if d.name == "COPY" && !strings.HasPrefix(d.args, "--from") {
			sources := strings.Fields(d.args)
			for _, source := range sources[:len(sources)-1] {
				assert.FileExists(t, filepath.Join(repository, source, "go.work"))
			}
		}
	}

	m := startMock(t, clean(t), cmd[3:]...)
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

// ignored reports whether .dockerignore keeps a file, by its path in the repository, from the builder.
func ignored(patterns []string, path string) bool {
	for _, pattern := range patterns {
		if rest, ok := strings.CutPrefix(pattern, "**/"); ok {
			for part := range strings.SplitSeq(path, "/") {
				if matched, _ := filepath.Match(rest, part); matched {
					return true
				}
			}
		} else if path == pattern || strings.HasPrefix(path, pattern+"/") {
			return true
		}
	}
	return false
}

// What the Dockerfile's builder runs makes the binary of what .dockerignore leaves, without anything that an empty image has not.
func TestDockerBuild(t *testing.T) {
	t.Parallel()
	var patterns []string
	text, err := os.ReadFile(filepath.Join(repository, ".dockerignore"))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			require.NotContains(t, strings.TrimPrefix(line, "**/"), "**", "this test does not know such patterns")
			require.NotEqual(t, byte('!'), line[0], "this test does not know such patterns")
			patterns = append(patterns, line)
		}
	}
	source, image := t.TempDir(), filepath.Join(t.TempDir(), "image")
	require.NoError(t, filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		name, err := filepath.Rel(repository, path)
		require.NoError(t, err)
		switch name = filepath.ToSlash(name); {
		case ignored(patterns, name) && entry.IsDir():
			return fs.SkipDir
		case entry.Type().IsRegular() && !ignored(patterns, name):
			data, err := os.ReadFile(path) //nolint:gosec // a file of the repository
			require.NoError(t, err)
			write(t, filepath.Join(source, name), data)
		}
		return nil
	}))
	for _, secret := range []string{".env", "examples/scan/.env", "cmd/acrcloud/.env.local"} {
		assert.True(t, ignored(patterns, secret), "%s is sent to the builder", secret)
	}

	env := append(slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "GO") && !strings.HasPrefix(e, "GOPROXY=") && !strings.HasPrefix(e, "GOSUMDB=")
	}), "TARGETOS=", "TARGETARCH=", "REVISION=0123abc")
	for _, d := range dockerfile(t) {
		switch {
		case d.stage == 1 && d.name == "ENV":
			for setting := range strings.FieldsSeq(d.args) {
				if !strings.Contains(setting, "CACHE=") { // the image's own
					env = append(env, setting)
				}
			}
		case d.name == "RUN":
			line := regexp.MustCompile(`^(--\S+ )*`).ReplaceAllString(d.args, "")
			sh := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(line, "/image", image)) //nolint:gosec // of the Dockerfile
			sh.Dir, sh.Env = source, env
			out, err := sh.CombinedOutput()
			require.NoError(t, err, "%s\n%s", line, out)
		}
	}
	for _, name := range []string{"tmp", "data"} {
		info, err := os.Stat(filepath.Join(image, name))
		require.NoError(t, err)
		assert.Equal(t, fs.ModeDir|fs.ModeSticky|fs.ModePerm, info.Mode(), name)
	}
	built := filepath.Join(image, "acrcloud")
	if runtime.GOOS == "linux" {
		file, err := elf.Open(built)
		require.NoError(t, err)
		defer file.Close() //nolint:errcheck // it was only read from
		assert.Nil(t, file.Section(".interp"), "it needs a dynamic linker")
		needed, err := file.ImportedLibraries()
		require.NoError(t, err)
		assert.Empty(t, needed)
		assert.Nil(t, file.Section(".symtab"), "it is not stripped")
	}
	info, err := os.Stat(built)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(25_000_000))
	c := exec.CommandContext(t.Context(), built, "version", "-o", "json") //nolint:gosec // what was built
	c.Env = []string{}
	out, err := c.Output()
	require.NoError(t, err)
	assert.Equal(t, "0123abc", decode[version](t, string(out)).Revision)
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
		{"another service", respond(http.StatusOK, "<html>"), exitFailed, "another program"},
		{"no scheme", "127.0.0.1:8750", exitUsage, "must have the form"},
		{"password", "http://me:hunter2@127.0.0.1:8750", exitUsage, "must have the form"},
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
	Name     string                    `yaml:"name"`
	Volumes  map[string]any            `yaml:"volumes"`
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
	Volumes  []string       `yaml:"volumes"`
	Ports    []string       `yaml:"ports"`
	Network  string         `yaml:"network_mode"`
	Sysctls  map[string]int `yaml:"sysctls"`
	Networks map[string]struct {
		Aliases []string `yaml:"aliases"`
	} `yaml:"networks"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
}

// environment is the environment of a service, with its addresses replaced.
func (s *composeService) environment(now *strings.Replacer) []string {
	var env []string
	for name, value := range s.Environment {
		env = append(env, name+"="+now.Replace(value))
	}
	return env
}

// compose reads a sample for Docker Compose.
func compose(t *testing.T, name string) composition {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "examples", "docker", name))
	require.NoError(t, err)
	var file composition
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&file))
	mock := file.Services["mock"]
	assert.Equal(t, "../..", mock.Build)
	require.Equal(t, []string{"CMD", "/acrcloud"}, mock.Healthcheck.Test[:2])
	for name, service := range file.Services {
		assert.Equal(t, mock.Image, service.Image)
		if name != "mock" {
			assert.Equal(t, "service_healthy", service.DependsOn["mock"].Condition, name)
			assert.True(t, service.Healthcheck.Disable, name)
		}
		for other := range service.DependsOn {
			assert.Contains(t, file.Services, other)
		}
	}
	return file
}

// The services of the sample for Docker Compose run as they are written, but for addresses and folders: an application of another image than
// this one would find the same.
func TestCompose(t *testing.T) {
	t.Parallel()
	file := compose(t, "compose.yaml")
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
	m := startMock(t, clean(t, service.environment(strings.NewReplacer())...), replace(service.Command[3:])...)
	check := service.Healthcheck.Test
	code, _, stderr := call(t, clean(t), append(check[2:], m.base)...)
	assert.Equal(t, exitOK, code, stderr)

	receiver := file.Services["callbacks"]
	assert.Equal(t, "service:mock", receiver.Network)
	require.Equal(t, []string{"listen", "--listen", "127.0.0.1:8751"}, receiver.Command)
	listen := command(t, clean(t, receiver.environment(strings.NewReplacer("http://127.0.0.1:8750", m.base))...), "listen", "--listen", "127.0.0.1:0", "--count", "1")
	stderrPipe, err := listen.StderrPipe()
	require.NoError(t, err)
	var events bytes.Buffer
	listen.Stdout = &events
	require.NoError(t, listen.Start())
	lines := bufio.NewReader(stderrPipe)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	at := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(line)
	require.NotEmpty(t, at, line)
	go func() { _, _ = lines.WriteTo(io.Discard) }()

	settings := file.Services["settings"]
	assert.Equal(t, "service:mock", settings.Network)
	code, _, stderr = call(t, clean(t, settings.environment(strings.NewReplacer("http://127.0.0.1:8750", m.base, "127.0.0.1:8751", at))...), settings.Command...)
	assert.Equal(t, exitOK, code, stderr)

	app := file.Services["app"]
	assert.Contains(t, app.Command, "--insecure-http", "the mock is another machine there")
	code, stdout, stderr := call(t, clean(t, app.environment(strings.NewReplacer("http://mock:8750", m.base))...), replace(app.Command)...)
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River")
	require.NoError(t, listen.Wait())
	assert.Contains(t, events.String(), "Silver River")
}

// Every public host leads to the mock that stands for all of them, and an application finds the authority to trust where the mock puts it.
func TestComposeHosts(t *testing.T) {
	t.Parallel()
	file := compose(t, "compose.hosts.yaml")
	service, app := file.Services["mock"], file.Services["app"]
	assert.ElementsMatch(t, mock.Hosts(), service.Networks["default"].Aliases)
	assert.NotContains(t, app.Environment, "ACRCLOUD_BASE_URL")

	i := slices.Index(service.Command, "--ca")
	require.Positive(t, i)
	assert.Contains(t, service.Volumes, "mock:/data")
	assert.Contains(t, app.Volumes, "mock:/mock:ro")
	assert.Equal(t, strings.Replace(service.Command[i+1], "/data/", "/mock/", 1)+"/"+authorityCert, app.Environment["SSL_CERT_FILE"])

	// On free ports, and in other folders.
	args := slices.Clone(service.Command[1:])
	dir := t.TempDir()
	for i := range args {
		args[i] = strings.NewReplacer(":443,:80", "127.0.0.1:0", "/data", dir, "/songs", dir).Replace(args[i])
	}
	m := startMock(t, clean(t, service.environment(strings.NewReplacer())...), args...)
	check := service.Healthcheck.Test
	code, _, stderr := call(t, clean(t), append(check[2:len(check)-1], strings.Replace(m.base, "https", "http", 1))...)
	assert.Equal(t, exitOK, code, stderr)
	assert.FileExists(t, filepath.Join(dir, "ca", authorityCert))
}
