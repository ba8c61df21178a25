//go:build chromium

package pagetest_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// pipeline builds examples/pipeline, which is a module of its own.
var pipeline = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pagetest-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "pipeline")
	cmd := exec.Command("go", "build", "-o", path, ".") //nolint:gosec // it ends by itself
	cmd.Dir, cmd.Stderr = filepath.Join("..", "..", "..", "examples", "pipeline"), os.Stderr
	return path, cmd.Run()
})

// A site is a web application that runs, and the service that it uses, in which files are processed until the test says that they are done.
type site struct {
	srv    *mock.Server
	base   string
	sample []byte // of a song with an evil title
}

func newSite(t *testing.T) *site {
	t.Helper()
	path, err := pipeline()
	require.NoError(t, err)
	s := &site{srv: mock.New(mock.WithSeed(1), mock.WithProcessingTime(time.Hour))}
	t.Cleanup(func() { assert.NoError(t, s.srv.Close()) })
	base, err := s.srv.Start()
	require.NoError(t, err)
	secret, cfg := webhook.NewSecret(), s.srv.Config()
	cmd := exec.Command(path, "-listen", "127.0.0.1:0", "-data", t.TempDir(), "-max-mb", "5") //nolint:gosec,noctx // it is ended below
	cmd.Env = append(os.Environ(), "DATABASE_URL=", "ACRCLOUD_BASE_URL="+base, "ACRCLOUD_BEARER_TOKEN="+cfg.BearerToken.Reveal(),
		"ACRCLOUD_CONTAINER_ID="+strconv.Itoa(cfg.ContainerID), "PIPELINE_CALLBACK_SECRET="+secret.Reveal())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		assert.NoError(t, cmd.Wait(), &stderr)
		assert.NotContains(t, stderr.String(), "level=ERROR")
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, &stderr)
	s.base = strings.TrimSpace(strings.TrimPrefix(line, "Listening on "))
	client, err := filescan.New(cfg, s.srv.Options()...)
	require.NoError(t, err)
	url, err := webhook.CallbackURL(s.base+"/acrcloud/callback", "key", secret)
	require.NoError(t, err)
	_, err = client.Containers().Update(t.Context(), cfg.ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &url})
	require.NoError(t, err)
	s.sample = s.srv.AddTrack(mock.Track{Title: hostile, Artists: []string{"Ada Alder"}, Duration: time.Minute}).WAV(10*time.Second, 22*time.Second)
	return s
}

// file writes a file that can be chosen in a form.
func (s *site) file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

// complete has the service end with all files that it has.
func (s *site) complete(t *testing.T) {
	t.Helper()
	files, _ := s.srv.Files(mock.FileQuery{})
	for _, f := range files {
		if f.State == 0 {
			require.NoError(t, s.srv.Complete(f.ID))
		}
	}
}

// waiting waits until the service has so many files.
func (s *site) waiting(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		files, _ := s.srv.Files(mock.FileQuery{})
		return len(files) == n
	}, time.Minute, 10*time.Millisecond)
}

// settles waits until a condition holds, on whatever page the browser is then.
func (p *tab) settles(condition string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!!(`+condition+`)`))
		return err == nil && ok
	}, time.Minute, 20*time.Millisecond, condition)
}

// choose chooses a file in the form.
func (p *tab) choose(path string) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path})))
}

func (p *tab) key(keys string) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, chromedp.KeyEvent(keys)))
}

// picture makes a picture for the docs.
func (p *tab) picture(name string, height int64) {
	p.t.Helper()
	p.resize(docsWidth, height)
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p.t, err)
	keep(p.t, name, picture)
	assert.Greater(p.t, len(picture), 5_000, "%s shows something", name)
	assert.Less(p.t, len(picture), 120_000, "%s is small enough for the docs", name)
}

const docsWidth = 900

const focused = `document.activeElement.innerText || document.activeElement.id`

// From the form to the result by keyboard, with a name and a title that would like to be code, while another reader looks on.
func TestPipeline(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wide := look{width: 1600, script: true, asks: s.base, fails: "415 (Unsupported Media Type)"}
	reader := open(t, s.base+"/", wide)
	reader.choose(s.file(t, "mine.wav", s.sample))
	p := open(t, s.base+"/", wide)

	p.key("\t")
	assert.Equal(t, "Skip to the content", ask[string](p, focused))
	for range 4 {
		p.key("\t")
	}
	assert.Equal(t, "file", ask[string](p, focused))
	p.choose(s.file(t, "large.wav", append([]byte("RIFF\x00\x00\x00\x00WAVE"), make([]byte, 6<<20)...)))
	p.key("\t")
	assert.Equal(t, "Upload", ask[string](p, focused))
	p.key("\r")
	p.settles(says("#problem", "larger than 5 MB"))
	p.choose(s.file(t, "notes.txt", []byte("no recording")))
	p.key("\r")
	p.settles(says("#problem", "neither audio nor video"))
	p.settles(`!document.querySelector("button").disabled`)
	ask[chromedp.Void](p, `document.querySelector("button").focus()`)
	p.choose(s.file(t, hostile, s.sample))
	p.key("\r")
	p.settles(`location.pathname.startsWith("/uploads/")`)
	p.settles(says("main", "This recording is being analysed. The page updates itself."))
	assert.Equal(t, "Analysed: in progress", ask[string](p, `document.querySelector("[aria-current=step]").textContent`))
	p.isText()

	reader.settles(says("#uploads", "being analysed"))
	reader.isText()
	assert.Equal(t, 1, ask[int](reader, `document.querySelector("#file").files.length`), "what it has chosen stays chosen")
	ask[chromedp.Void](reader, `document.querySelector("#uploads a").focus()`)
	s.waiting(t, 1)
	s.complete(t)
	p.settles(`location.pathname.endsWith("/result")`)
	p.settles(`document.querySelector(".tl")`)
	p.isText()
	assert.Contains(t, p.text("h1 ~ *"), "onerror=document.title")
	reader.settles(says("#uploads", "risk"))
	assert.Contains(t, ask[string](reader, focused), "<img", "the focus stays where it was")

	log := open(t, s.base+"/callbacks", wide)
	log.settles(says("#callbacks", "done"))
	log.isText()
	link := ask[string](log, `document.querySelector("#callbacks a").getAttribute("href")`)
	assert.Regexp(t, `^/uploads/[A-Z2-7]{26}$`, link)
}

// isText checks that no name and no title has become a part of the page.
func (p *tab) isText() {
	p.t.Helper()
	assert.Zero(p.t, ask[int](p, `document.querySelectorAll("img, [onerror]").length`))
	assert.NotEqual(p.t, "hacked", ask[string](p, `document.title`))
	assert.NotContains(p.t, p.text("body"), "\u202e", "nothing reorders the text")
}

// The flow works without scripts, too: the page of the progress reloads itself.
func TestPipelineWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := open(t, s.base+"/", look{width: 360, asks: s.base, fails: "415 (Unsupported Media Type)"})
	p.choose(s.file(t, "notes.txt", []byte("no recording")))
	press := func() { require.NoError(t, chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS("form button")))) }
	press()
	p.settles(says("#problem", "neither audio nor video"))
	p.choose(s.file(t, "song.wav", s.sample))
	press()
	p.settles(says("main", "This recording is"))
	s.waiting(t, 1)
	s.complete(t)
	p.settles(`location.pathname.endsWith("/result")`)
	assert.Contains(t, p.text("main"), "song.wav")
}

// What a page may do is limited: it runs no script that is part of it, or of another origin, and the monitoring page works all the same.
func TestPipelinePolicy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := open(t, s.base+"/", look{width: 1600, script: true, asks: "http", fails: "Content Security Policy"})
	for name, attack := range map[string]string{
		"a script":          `const s = document.createElement("script"); s.textContent = "window.hacked = true"; document.body.append(s)`,
		"an event":          `document.body.insertAdjacentHTML("beforeend", "<svg onload='window.hacked = true'></svg>")`,
		"a strange origin":  `const s = document.createElement("script"); s.src = "https://evil.example/x.js"; document.body.append(s)`,
		"a strange form":    `const f = document.createElement("form"); f.action = "https://evil.example/"; document.body.append(f); f.submit()`,
		"a strange address": `fetch("https://evil.example/").catch(() => {})`,
	} {
		refused := ask[bool](p, `new Promise(r => { document.addEventListener("securitypolicyviolation", () => r(true), { once: true }); `+attack+`; setTimeout(() => r(false), 5000) })`)
		assert.True(t, refused, name)
	}
	assert.False(t, ask[bool](p, `!!window.hacked`))

	monitor := open(t, s.base+"/river/", look{width: 1600, script: true, asks: s.base})
	monitor.settles(says("body", "Scheduled"))
	monitor.settles(says("body", "Completed"))
}

// TestPipelineAccessibility looks at every page in every state, and makes the pictures for docs/scaling.md.
func TestPipelineAccessibility(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	checked := func(path string, l look, shows, picture string, height int64) {
		t.Helper()
		l.script, l.asks = true, s.base
		p := open(t, s.base+path, l)
		p.settles(says("body", shows))
		ask[chromedp.Void](p, axe(t))
		found := ask[[]string](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + " " + n.failureSummary)))`)
		assert.Empty(t, found, "%s %+v", path, l)
		over := ask[int](p, `document.documentElement.scrollWidth - innerWidth`)
		assert.LessOrEqual(t, over, 0, "nothing sticks out: %s %+v", path, l)
		if picture != "" {
			p.picture(picture, height)
		}
	}
	everywhere := func(path, shows, picture string, height int64) {
		t.Helper()
		checked(path, look{width: 360, dark: true}, shows, "", 0)
		checked(path, look{width: 1600}, shows, picture, height)
	}
	upload := func(name string, content []byte) string {
		t.Helper()
		p := open(t, s.base+"/", look{width: 1600, script: true, asks: s.base})
		p.choose(s.file(t, name, content))
		ask[chromedp.Void](p, `document.querySelector("button").click()`)
		p.settles(`location.pathname.startsWith("/uploads/")`)
		return ask[string](p, `location.pathname`)
	}
	everywhere("/", "There are none yet.", "", 0)
	river := s.srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 4 * time.Minute})
	upload("interview.wav", s.srv.AddTrack(mock.Track{Title: "Paper Comet", Artists: []string{"Hugo Hazel"}}).WAV(0, 5*time.Second))
	s.srv.OnScan(func(u mock.Upload) mock.Outcome {
		if u.Size < 1000 {
			return mock.Outcome{State: new(-3)}
		}
		return mock.Outcome{}
	})
	failed := upload("broken.wav", append([]byte("RIFF\x24\x00\x00\x00WAVEfmt "), make([]byte, 50)...))
	s.waiting(t, 2)
	s.complete(t)
	everywhere(failed, "could not be analysed", "", 0)
	progress := upload("holiday video.wav", river.WAV(30*time.Second, 55*time.Second))
	s.waiting(t, 3)
	everywhere(progress, "being analysed", "pipeline-progress.png", 300)
	everywhere("/", "being analysed", "pipeline-upload.png", 560)
	s.complete(t)
	everywhere(progress, "Silver River", "pipeline-result.png", 700)
	everywhere("/callbacks", "done", "pipeline-callbacks.png", 380)
	everywhere("/", "risk", "", 0)
}
