//go:build cookbook

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A language is one in which the cookbook has programs.
type language struct {
	name, fence, ext string
	run              []string // before the program
	receive          []string // before the program that receives callbacks and its port; nil: it has none
}

var languages = []language{
	{"curl", "bash", "sh", []string{"bash"}, nil},
	{"python", "python", "py", []string{"python3", "-W", "error"}, []string{"python3", "-W", "error"}},
	{"php", "php", "php", []string{"php", "-d", "display_errors=stderr", "-d", "error_reporting=-1"}, []string{"php", "-d", "display_errors=stderr", "-d", "post_max_size=16M"}},
	{"typescript", "ts", "ts", []string{"node", "--no-warnings"}, []string{"node", "--no-warnings"}},
}

// fenced returns the blocks of a page in a language.
func fenced(page, language string) []string {
	var blocks []string
	for _, block := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?\n)```\n").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, block[1])
	}
	return blocks
}

// recipes writes the programs of the cookbook into a folder, by the names that their first lines state, and compiles what needs it.
func recipes(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "cookbook.md"))
	require.NoError(t, err)
	for _, l := range languages {
		names := []string{"upload", "presigned", "wait", "identify"}
		if l.receive != nil {
			names = append(names, "callback")
		}
		found := map[string]bool{}
		for _, block := range fenced(string(page), l.fence) {
			name := regexp.MustCompile(`\A(?:#!.*\n)?(?:<\?php )?(?:#|//) (\w+)\.` + l.ext + `\b`).FindStringSubmatch(block)
			require.NotNil(t, name, block)
			found[name[1]] = true
			write(t, filepath.Join(dir, name[1]+"."+l.ext), []byte(block))
		}
		for _, name := range names {
			assert.True(t, found[name], "%s.%s", name, l.ext)
		}
		assert.Len(t, found, len(names), "%s has a program that is not tested", l.name)
	}

	modules := os.Getenv("NODE_MODULES")
	require.NotEmpty(t, modules, "NODE_MODULES is to be the folder in which 'npm ci' has installed cookbook/package-lock.json; .ci/run cookbook does that")
	write(t, filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`))
	sources, err := filepath.Glob(filepath.Join(dir, "*.ts"))
	require.NoError(t, err)
	tsc := exec.CommandContext(t.Context(), filepath.Join(modules, ".bin", "tsc"), append([]string{ //nolint:gosec // the compiler
		"--strict", "--noUnusedLocals", "--target", "es2022", "--module", "nodenext", "--rootDir", dir, "--outDir", dir,
		"--types", "node", "--typeRoots", filepath.Join(modules, "@types"),
	}, sources...)...)
	tsc.Dir = dir
	out, err := tsc.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}

// A kitchen is where the programs of one language run.
type kitchen struct {
	language

	dir string // of the programs
	cwd string
	env []string
}

func (l language) kitchen(t *testing.T, dir string, env []string) kitchen {
	t.Helper()
	return kitchen{l, dir, t.TempDir(), env}
}

// with is the same with other variables.
func (k kitchen) with(env ...string) kitchen {
	k.env = append(slices.Clip(k.env), env...)
	return k
}

func (k kitchen) program(name string) string {
	ext := strings.Replace(k.ext, "ts", "js", 1)
	return filepath.Join(k.dir, name+"."+ext)
}

func (k kitchen) prepare(t *testing.T, before []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	t.Cleanup(cancel)
	line := append(append(slices.Clip(before), k.program(name)), args...)
	c := exec.CommandContext(ctx, line[0], line[1:]...) //nolint:gosec // a program of the page
	c.Dir, c.Env = k.cwd, k.env
	return c
}

// cook runs a program to its end.
func (k kitchen) cook(t *testing.T, name string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	c := k.prepare(t, k.run, name, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	code = exit(t, c.Run())
	for _, secret := range []string{"ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_IDENTIFY_ACCESS_SECRET"} {
		assert.NotContains(t, out.String()+errs.String(), variable(k.env, secret), "a secret is shown")
	}
	return code, strings.TrimSpace(out.String()), errs.String()
}

// variable is the value of a variable, the last of which counts.
func variable(env []string, name string) (value string) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

// countOf counts the files of a name.
func countOf(t *testing.T, files *filescan.Files, name string) int {
	t.Helper()
	n := 0
	for f, err := range files.All(t.Context(), nil) {
		require.NoError(t, err)
		if f.Name == name {
			n++
		}
	}
	return n
}

func TestCookbook(t *testing.T) {
	t.Parallel()
	dir := recipes(t)
	t.Run("works", func(t *testing.T) {
		t.Parallel()
		testCookbook(t, dir)
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		testCookbookFailures(t, dir)
	})
	t.Run("begins", testCookbookStart)
	t.Run("reads every page", func(t *testing.T) {
		t.Parallel()
		testCookbookPages(t, dir)
	})
	t.Run("is called back", func(t *testing.T) {
		t.Parallel()
		testCookbookCallbacks(t, dir)
	})
}

// A name that others contain may be on any page of what a search finds: who does not read on uploads it twice.
func testCookbookPages(t *testing.T, dir string) {
	t.Helper()
	song := write(t, filepath.Join(t.TempDir(), "song.wav"), recording(t))
	m := startMock(t, clean(t))
	cfg := configOf(t, m.env)
	client, err := filescan.New(cfg)
	require.NoError(t, err)
	files := client.Files(cfg.ContainerID)
	type upload struct {
		kitchen       kitchen
		program, name string
		id            string
	}
	var uploads []upload
	var names string
	for _, l := range languages {
		for _, program := range []string{"upload", "presigned"} {
			u := upload{kitchen: l.kitchen(t, dir, clean(t, m.env...)), program: program, name: l.ext + "-" + program}
			var code int
			var stderr string
			code, u.id, stderr = u.kitchen.cook(t, program, song, u.name)
			require.Equal(t, 0, code, stderr)
			uploads, names = append(uploads, u), names+" "+u.name
		}
	}
	for i := range 101 { // the list begins with the newest
		_, err := files.Upload(t.Context(), acrcloud.FromBytes("a.wav", fmt.Appendf(nil, "RIFF %d", i)), &filescan.UploadOptions{Name: fmt.Sprint(i, names)})
		require.NoError(t, err)
	}
	for _, u := range uploads {
		code, again, stderr := u.kitchen.cook(t, u.program, song, u.name)
		require.Equal(t, 0, code, stderr)
		assert.Equal(t, u.id, again, "%s was uploaded twice", u.name)
	}
}

// The programs do what the page says, against the command's mock.
func testCookbook(t *testing.T, dir string) {
	t.Helper()
	songs := t.TempDir()
	song := write(t, filepath.Join(songs, "Ada Alder - Silver River.wav"), recording(t))
	noise := write(t, filepath.Join(t.TempDir(), "a 'quoted' name; with, marks.wav"), append(recording(t)[:44], bytes.Repeat([]byte{1, 2, 3, 4}, 1<<16)...))
	m := startMock(t, clean(t), "--tracks", songs, "--processing", "500ms")
	cfg := configOf(t, m.env)
	client, err := filescan.New(cfg)
	require.NoError(t, err)
	files := client.Files(cfg.ContainerID)
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			k := l.kitchen(t, dir, clean(t, m.env...))
			for _, upload := range []string{"upload", "presigned"} {
				name := fmt.Sprintf("%s of %s & \"more\" é.wav", upload, l.name)
				other, err := files.Upload(t.Context(), acrcloud.FromBytes("other.wav", recording(t)), &filescan.UploadOptions{Name: "not " + name}) // a search for the name finds it, too
				require.NoError(t, err)
				code, id, stderr := k.cook(t, upload, song, name)
				require.Equal(t, 0, code, stderr)
				assert.Empty(t, stderr)
				assert.NotEqual(t, other.ID, id, "a file of another name was taken for it")
				code, again, stderr := k.cook(t, upload, song, name)
				require.Equal(t, 0, code, stderr)
				assert.Equal(t, id, again, "it was uploaded twice")
				assert.Equal(t, 1, countOf(t, files, name))

				code, stdout, stderr := k.cook(t, "wait", id)
				require.Equal(t, 0, code, stderr)
				var file filescan.File
				require.NoError(t, json.Unmarshal([]byte(stdout), &file), stdout)
				assert.Equal(t, id, file.ID)
				assert.Equal(t, name, file.Name)
				assert.Equal(t, filescan.StateReady, file.State)
				require.NotEmpty(t, file.Results.Music)
				assert.Equal(t, "Silver River", file.Results.Music[0].Result.Title)

				refused := k.with("ACRCLOUD_BEARER_TOKEN=eyJwrong")
				code, stdout, stderr = refused.cook(t, upload, song, "never")
				assert.NotZero(t, code)
				assert.Empty(t, stdout)
				assert.Contains(t, stderr, "403")
			}
			code, id, stderr := k.cook(t, "upload", noise, l.name+" noise")
			require.Equal(t, 0, code, stderr)
			code, stdout, stderr := k.cook(t, "wait", id)
			require.Equal(t, 0, code, stderr)
			assert.Contains(t, strings.ReplaceAll(stdout, " ", ""), `"state":-1`)
			code, stdout, stderr = k.cook(t, "wait", "7d0c6a0e-0000-4000-8000-000000000000")
			assert.NotZero(t, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, "404")

			code, stdout, stderr = k.cook(t, "identify", song)
			require.Equal(t, 0, code, stderr)
			assert.Contains(t, stdout, "Silver River")
			assert.True(t, json.Valid([]byte(stdout)), stdout)
			code, stdout, stderr = k.cook(t, "identify", noise)
			require.Equal(t, 0, code, stderr)
			assert.Equal(t, "no match", stdout)
			code, stdout, stderr = k.with("ACRCLOUD_IDENTIFY_ACCESS_SECRET=wrong-wrong").cook(t, "identify", song)
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, "3014")
			code, _, _ = k.cook(t, "identify", write(t, filepath.Join(t.TempDir(), "empty.wav"), nil))
			assert.Equal(t, 1, code)
		})
	}
}

// The commands of the first section do what it says, as they are written but for the ports.
func testCookbookStart(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "cookbook.md"))
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(page), "\n## In five minutes\n")
	require.True(t, ok)
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := fenced(section, "sh")
	require.Len(t, blocks, 4, "three terminals, and Docker, which is not here")

	dir := t.TempDir()
	write(t, filepath.Join(dir, "songs", "Ada Alder - Silver River.wav"), recording(t))
	service, receiver := freeAddress(t), freeAddress(t)
	ports := strings.NewReplacer("acrcloud mock ", "acrcloud mock --listen "+service+" ", "acrcloud listen", "acrcloud listen --listen "+receiver, mockAddress, service, listenAddress, receiver)
	env := append(clean(t), "PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
	terminal := func(i int) (*exec.Cmd, *lockedBuffer) {
		ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
		t.Cleanup(cancel)
		// Its last command takes the shell's place, so that it gets the signal that ends it.
		script := regexp.MustCompile(`(?m)^(acrcloud (?:mock|listen))`).ReplaceAllString(ports.Replace(blocks[i]), "exec $1")
		c := exec.CommandContext(ctx, "sh", "-ec", script) //nolint:gosec // of the page
		out := &lockedBuffer{}
		c.Dir, c.Env, c.Stdout, c.Stderr = dir, env, out, out
		return c, out
	}
	ready := func(address string, out *lockedBuffer) {
		var d net.Dialer
		require.Eventually(t, func() bool {
			conn, err := d.DialContext(t.Context(), "tcp", address)
			if err == nil {
				_ = conn.Close()
			}
			return err == nil
		}, testTimeout, 20*time.Millisecond, "%s", out)
	}
	end := func(c *exec.Cmd, out *lockedBuffer) {
		assert.NoError(t, c.Process.Signal(os.Interrupt))
		assert.NoError(t, c.Wait(), "%s", out)
	}
	first, log := terminal(0)
	require.NoError(t, first.Start())
	defer end(first, log)
	ready(service, log)
	require.Eventually(t, func() bool { // it is printed before it serves, and written by the shell's redirection
		text, err := os.ReadFile(filepath.Join(dir, "acrcloud.env"))
		return err == nil && strings.Count(string(text), "\n") == 6
	}, testTimeout, 20*time.Millisecond)
	second, events := terminal(1)
	require.NoError(t, second.Start())
	defer end(second, events)
	ready(receiver, events)
	third, out := terminal(2)
	require.NoError(t, third.Run(), "%s", out)
	assert.Contains(t, out.String(), "Silver River")
	report, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	assert.Contains(t, string(report), "Silver River")
	status, dashboard := get(t, "http://"+service+"/_mock/")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, dashboard, "<html")
	assert.Eventually(t, func() bool { return strings.Contains(events.String(), "Silver River – Ada Alder") }, testTimeout, 20*time.Millisecond, "%s", events)
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// configOf is what the printed variables say.
func configOf(t *testing.T, env []string) acrcloud.Config {
	t.Helper()
	id, err := strconv.Atoi(variable(env, "ACRCLOUD_CONTAINER_ID"))
	require.NoError(t, err)
	return acrcloud.Config{BaseURL: variable(env, "ACRCLOUD_BASE_URL"), BearerToken: acrcloud.NewSecret(variable(env, "ACRCLOUD_BEARER_TOKEN")), ContainerID: id}
}

// A response that is lost, or says that it is not known what has become of the request, has the file made once and found the next time; a
// failed scan is no success; what storage does not know goes nowhere else.
func testCookbookFailures(t *testing.T, dir string) {
	t.Helper()
	song := write(t, filepath.Join(t.TempDir(), "song.wav"), recording(t))
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			srv, env := listening(t)
			cfg := srv.Config()
			client, err := filescan.New(cfg, srv.Options()...)
			require.NoError(t, err)
			files := client.Files(cfg.ContainerID)
			k := l.kitchen(t, dir, env)
			faults := []mock.Fault{
				{Op: mock.OpCreateFile, Times: 1, Forget: true},
				{Op: mock.OpCreateFile, Times: 1, Process: true, Status: http.StatusBadGateway, Body: "<html>"},
				{Op: mock.OpCreateFile, Times: 1, Process: true, Body: "<html>"},
			}
			for i, fault := range faults {
				for _, upload := range []string{"upload", "presigned"} {
					name := fmt.Sprintf("%s %d", upload, i)
					remove := srv.Inject(fault)
					code, stdout, stderr := k.cook(t, upload, song, name)
					remove()
					assert.NotZero(t, code)
					assert.Empty(t, stdout)
					if i < 2 {
						assert.Contains(t, strings.ToLower(stderr), "run this again in a minute")
					}
					code, stdout, stderr = k.cook(t, upload, song, name)
					assert.Equal(t, 0, code, stderr)
					assert.NotEmpty(t, stdout)
					assert.Equal(t, 1, countOf(t, files, name), "%s %d", upload, i)
				}
			}
			// What is not known, is not billed: no list, no upload.
			remove := srv.Inject(mock.Fault{Op: mock.OpListFiles, Status: http.StatusInternalServerError})
			code, _, _ := k.cook(t, "upload", song, "unseen")
			assert.NotZero(t, code)
			code, _, _ = k.cook(t, "presigned", song, "unseen")
			assert.NotZero(t, code)
			remove()
			assert.Zero(t, countOf(t, files, "unseen"))

			srv.Inject(mock.Fault{Op: mock.OpGetFile, Times: 1, Status: http.StatusServiceUnavailable})
			srv.Inject(mock.Fault{Op: mock.OpGetFile, Times: 1, Forget: true})
			failed := -2
			srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{State: &failed, Detail: "decoder"} })
			code, id, stderr := k.cook(t, "upload", song, "broken")
			require.Equal(t, 0, code, stderr)
			code, stdout, stderr := k.cook(t, "wait", id)
			assert.NotZero(t, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, "the scan failed")
		})
	}
}

// The receivers store each callback once, whoever posts it knows the secret, and is told nothing else.
func testCookbookCallbacks(t *testing.T, dir string) {
	t.Helper()
	for _, l := range languages {
		if l.receive == nil {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			const secret = "0123456789abcdef0123456789abcdef"
			srv, env := listening(t)
			k := l.kitchen(t, dir, env).with("CALLBACK_SECRET=" + secret)
			base, folder := k.receiver(t)
			cfg := srv.Config()
			client, err := filescan.New(cfg, srv.Options()...)
			require.NoError(t, err)
			url := acrcloud.NewSecret(base + "/callback?key=" + secret)
			_, err = client.Containers().Update(t.Context(), cfg.ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &url})
			require.NoError(t, err)
			file, err := client.Files(cfg.ContainerID).Scan(t.Context(), acrcloud.FromBytes("song.wav", recording(t)), nil)
			require.NoError(t, err)
			require.Eventually(t, func() bool { return len(srv.Deliveries()) == 1 }, testTimeout, 10*time.Millisecond)
			require.NoError(t, srv.Redeliver(file.ID))
			for _, d := range srv.Deliveries() {
				assert.Equal(t, http.StatusOK, d.Status)
			}
			stored := func() []string {
				names, err := filepath.Glob(filepath.Join(folder, "*"))
				require.NoError(t, err)
				return names
			}
			require.Len(t, stored(), 1, "a duplicate is stored once")
			body, err := os.ReadFile(stored()[0])
			require.NoError(t, err)
			assert.Equal(t, srv.Deliveries()[0].Body, body)

			tests := []struct {
				method, query, body string
				want                []int
			}{
				{http.MethodPost, "", "{}", []int{401}},
				{http.MethodPost, "?key=", "{}", []int{401}},
				{http.MethodPost, "?key=" + secret[1:], "{}", []int{401}},
				{http.MethodPost, "?key[]=" + secret, "{}", []int{401}},
				{http.MethodGet, "?key=" + secret, "", []int{405, 501}},
				{http.MethodPost, "?key=" + secret, "", []int{400}},
				{http.MethodPost, "?key=" + secret, "file_id=1", []int{400}},
				{http.MethodPost, "?key=" + secret, "[]", []int{400}},
				{http.MethodPost, "?key=" + secret, strings.Repeat("[", 100_000), []int{400}},
			}
			for _, tt := range tests {
				req, err := http.NewRequestWithContext(t.Context(), tt.method, base+"/callback"+tt.query, strings.NewReader(tt.body))
				require.NoError(t, err)
				req.Header.Set("Content-Type", "application/json")
				client := &http.Client{Timeout: testTimeout}
				resp, err := client.Do(req)
				require.NoError(t, err)
				assert.Contains(t, tt.want, resp.StatusCode, "%.60v", tt)
				text, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.NoError(t, resp.Body.Close())
				assert.NotContains(t, string(text), secret)
			}
			tooLarge(t, base, "/callback?key="+secret)
			assert.Len(t, stored(), 1)
		})
	}
}

// receiver starts the program that receives callbacks.
func (k kitchen) receiver(t *testing.T) (base, folder string) {
	t.Helper()
	at := freeAddress(t)
	_, port, err := net.SplitHostPort(at)
	require.NoError(t, err)

	folder = filepath.Join(k.cwd, "callbacks")
	c := k.prepare(t, k.receive, "callback", port)
	if k.name == "php" { // its own server, beside which the folder is
		program, err := os.ReadFile(k.program("callback"))
		require.NoError(t, err)
		own := write(t, filepath.Join(k.cwd, "callback.php"), program)
		c.Args = append(append([]string{}, k.receive...), "-S", at, own)
	}
	var log lockedBuffer
	c.Stdout, c.Stderr = &log, &log
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if k.name != "php" { // of whose log the page says that it holds the secret
			assert.Empty(t, log.String())
		}
	})
	var d net.Dialer
	require.Eventually(t, func() bool {
		conn, err := d.DialContext(t.Context(), "tcp", at)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, testTimeout, 20*time.Millisecond, "%s", log.String())
	return "http://" + at, folder
}

// tooLarge posts more than is accepted. The response may be lost, since whoever sends it does not wait for the end.
func tooLarge(t *testing.T, base, path string) {
	t.Helper()
	body := `{"padding":"` + strings.Repeat("x", 17<<20) + `"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+path, strings.NewReader(body))
	require.NoError(t, err)
	client := &http.Client{Timeout: testTimeout}
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, resp.StatusCode)
	assert.NoError(t, resp.Body.Close())
}
