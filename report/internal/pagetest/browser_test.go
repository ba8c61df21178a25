//go:build chromium

package pagetest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/report"
)

// A browser is one Chromium for all tests.
type browser struct{ ctx context.Context }

var start = sync.OnceValues(func() (*browser, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			options = append(options, chromedp.ExecPath(path))
			break
		}
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx)
	return &browser{ctx}, chromedp.Do(ctx)
})

func TestMain(m *testing.M) {
	status := m.Run()
	if b, err := start(); err == nil {
		_ = chromedp.Cancel(b.ctx)
	}
	os.Exit(status)
}

// A tab is a page that is open.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// look is how a page is looked at.
type look struct {
	width  int
	dark   bool
	script bool   // false: the browser runs none
	asks   string // what begins addresses that the page may ask for; empty: none
	fails  string // what the browser may say about requests that are refused; empty: nothing
}

// open opens a page and fails the test if it complains or asks for anything else.
func open(t *testing.T, address string, l look) *tab {
	t.Helper()
	b, err := start()
	require.NoError(t, err, "Chromium is needed: install it, for example with 'apt-get install chromium'")
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var complaints []string
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		complaints = append(complaints, fmt.Sprintf(format, args...))
	}
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if url, _, _ := strings.Cut(e.Request.URL, "#"); url != address && (l.asks == "" || !strings.HasPrefix(url, l.asks)) && !strings.HasPrefix(url, "file:") && !strings.HasSuffix(url, "/favicon.ico") {
				complain("it asks for %s", e.Request.URL)
			}
		case *log.EventEntryAdded:
			if !strings.Contains(e.Entry.URL, "favicon.ico") && (l.fails == "" || !strings.Contains(e.Entry.Text, l.fails)) {
				complain("the browser says %s", e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			complain("its script fails: %s", e.ExceptionDetails.Text)
		}
	}))
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		assert.Empty(t, complaints)
	})
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	p := &tab{t, ctx}
	do(p, network.Enable, network.EnableParams{})
	do(p, log.Enable, cdp.Empty{})
	p.resize(l.width, 900)
	do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	do(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !l.script})
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
	return p
}

// do gives the browser a command.
func do[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, command, params)
	require.NoError(p.t, err)
}

func (p *tab) resize(width int, height int64) {
	p.t.Helper()
	do(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: height, DeviceScaleFactor: 1})
}

// ask has the browser work something out.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	answer, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err)
	return answer
}

func (p *tab) text(selector string) string {
	p.t.Helper()
	return ask[string](p, `document.querySelector(`+quote(selector)+`).innerText`)
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// serve serves a report as a web application does.
func serve(t *testing.T, r report.Report) string {
	t.Helper()
	srv := httptest.NewServer(report.Handler(func(*http.Request) (report.Report, error) { return r, nil }, nil))
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

// example makes the pages of examples/report.
var example = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pagetest-*")
	if err != nil {
		return "", err
	}
	for _, args := range [][]string{{"-o", filepath.Join(dir, "all.html")}, {"-dir", filepath.Join(dir, "pages")}} {
		cmd := exec.Command("go", append([]string{"run", "./examples/report", "-mock"}, args...)...) //nolint:gosec // the example, which ends by itself
		cmd.Dir = filepath.Join("..", "..", "..")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
	}
	return dir, nil
})

// addressOf is that of a page of the example: all files, or one by its name.
func addressOf(t *testing.T, name string) string {
	t.Helper()
	dir, err := example()
	require.NoError(t, err)
	if name == "" {
		return "file://" + filepath.Join(dir, "all.html")
	}
	pages, err := filepath.Glob(filepath.Join(dir, "pages", "files", "*.html"))
	require.NoError(t, err)
	for _, path := range pages {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.Contains(string(content), "<title>"+name+" ") {
			return "file://" + path
		}
	}
	require.Fail(t, "the example has no such file", name)
	return ""
}

// box is where something is on the page.
type box struct{ X, Y, W, H float64 }

const boxes = `(selector) => [...document.querySelectorAll(selector)].map(e => { const r = e.getBoundingClientRect(); return {X: r.x, Y: r.y, W: r.width, H: r.height} })`

func (p *tab) boxes(selector string) []box {
	p.t.Helper()
	return ask[[]box](p, "("+boxes+")("+quote(selector)+")")
}

func TestBarsAreWhereTheResultsSay(t *testing.T) {
	t.Parallel()
	f := fileOf(t, "song.mp3", 200, `{"music": [{"offset": 20, "played_duration": 100, "result": {"title": "A", "acrid": "1"}}, {"offset": 150, "played_duration": 50, "result": {"title": "B", "acrid": "2"}},
		{"offset": 50, "played_duration": 100, "result": {"title": "C", "acrid": "3", "duration_ms": 400000, "db_begin_time_offset_ms": 100000, "db_end_time_offset_ms": 200000}}],
		"cover_songs": [{"offset": 199, "played_duration": 0.1, "result": {"title": "D"}}]}`)
	for _, width := range []int{360, 1600} {
		p := open(t, serve(t, report.File(f, nil)), look{width: width, script: true})
		lanes, bars := p.boxes(".lane > div > svg"), p.boxes(".tl a rect")
		require.Len(t, lanes, 2)
		require.Len(t, bars, 4)
		full := lanes[0].W
		assert.Greater(t, full, float64(width)*0.7)
		for i, want := range []struct{ start, length float64 }{{20, 100}, {50, 100}, {150, 50}, {199, 0.6}} {
			lane := lanes[i/3]
			assert.InDelta(t, lane.X+full*want.start/200, bars[i].X, 1, "bar %d", i)
			assert.InDelta(t, full*want.length/200, bars[i].W, 1, "bar %d", i)
			assert.True(t, bars[i].Y >= lane.Y && bars[i].Y+bars[i].H <= lane.Y+lane.H+0.5)
		}
		assert.Greater(t, bars[1].Y, bars[0].Y+bars[0].H, "what overlaps is in another row")
		assert.InDelta(t, bars[0].Y, bars[2].Y, 0.5, "what does not is in the same")
		strip, part := p.boxes(".where svg"), p.boxes(".where rect")
		require.Len(t, part, 1)
		assert.InDelta(t, strip[0].X+strip[0].W/4, part[0].X, 1, "its place in the recording")
		assert.InDelta(t, strip[0].W/4, part[0].W, 1)
		ticks := p.boxes(".axis text")
		assert.GreaterOrEqual(t, len(ticks), 3)
		for i, tick := range ticks[1:] {
			assert.Greater(t, tick.X, ticks[i].X+ticks[i].W, "times on the axis do not touch")
		}
	}
}

func TestSeventySevenMatchesAreReadable(t *testing.T) {
	t.Parallel()
	for _, width := range []int{360, 1600} {
		p := open(t, addressOf(t, "megamix.mp3"), look{width: width, script: true})
		bars := p.boxes(".tl a rect")
		require.Len(t, bars, 77)
		for i, a := range bars {
			assert.Greater(t, a.W, 0.9)
			for _, b := range bars[:i] {
				assert.False(t, a.Y == b.Y && a.X < b.X+b.W-0.5 && b.X < a.X+a.W-0.5, "%v covers %v", a, b)
			}
		}
		broken := ask[int](p, `[...document.querySelectorAll(".tl a")].filter(a => !document.getElementById(a.getAttribute("href").slice(1)) || !a.textContent.trim()).length`)
		assert.Zero(t, broken, "each bar has words and leads to its row")
	}
}

func TestSortAndFilter(t *testing.T) {
	t.Parallel()
	p := open(t, addressOf(t, ""), look{width: 1600, script: true})
	column := func(n int) []string {
		return ask[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(".files tbody tr")].filter(r => !r.hidden).map(r => r.cells[%d].innerText)`, n))
	}
	press := func(name string) {
		ask[chromedp.Void](p, `[...document.querySelectorAll(".files thead button")].find(b => b.innerText === `+quote(name)+`).click()`)
	}
	press("File")
	names := column(0)
	require.Len(t, names, 12)
	assert.Equal(t, "advertisement.wav", names[0])
	assert.Equal(t, "whole song.mp3", names[11])
	press("File")
	assert.Equal(t, "whole song.mp3", column(0)[0])
	press("Verdict")
	risks := column(1)
	assert.Equal(t, "Critical risk", risks[0])
	assert.Equal(t, "No verdict", risks[11])
	press("Matches")
	assert.Equal(t, []string{"77", "3"}, column(5)[:2], "numbers are sorted as numbers")
	press("Length")
	assert.Equal(t, []string{"59:00", "30:30"}, column(6)[:2])
	sorted := ask[string](p, `document.querySelector("[aria-sort]").innerText + document.querySelector("[aria-sort]").getAttribute("aria-sort")`)
	assert.Contains(t, sorted, "descending")

	require.NoError(t, chromedp.Do(p.ctx, chromedp.SendKeys(chromedp.CSS(".tools input"), "WHOLE")))
	assert.Equal(t, []string{"whole song.mp3"}, column(0))
	assert.Equal(t, "1 of 12 files", p.text("[role=status]"))
	ask[chromedp.Void](p, `(() => { const i = document.querySelector(".tools input"), s = document.querySelector(".tools select"); i.value = ""; i.dispatchEvent(new Event("input")); s.value = "Critical risk"; s.dispatchEvent(new Event("change")) })()`)
	assert.ElementsMatch(t, []string{"whole song.mp3", "megamix.mp3"}, column(0))
}

// A file's name of usual length, and each figure, stays on one line in the table of files, and nothing has to be scrolled on a usual screen.
func TestTheTableOfFilesHasRoom(t *testing.T) {
	t.Parallel()
	p := open(t, addressOf(t, ""), look{width: 1200, script: true})
	broken := ask[[]string](p, `[...document.querySelectorAll(".files tbody :is(th, td:not(:nth-child(3)))")].filter(c => { const r = document.createRange(); r.selectNodeContents(c); const tops = [...r.getClientRects()].map(b => b.top); return c.innerText.length < 17 && Math.max(...tops) - Math.min(...tops) > 12 }).map(c => c.innerText)`)
	assert.Empty(t, broken, "on more than one line")
	over := ask[[]string](p, `[...document.querySelectorAll(".files :is(th, td)")].filter(c => c.scrollWidth > c.clientWidth + 1).map(c => c.innerText)`)
	assert.Empty(t, over, "wider than their columns")
	wide := ask[float64](p, `(() => { const w = document.querySelector(".files").parentNode; return w.scrollWidth - w.clientWidth })()`)
	assert.LessOrEqual(t, wide, 0.0, "nothing is to be scrolled")
}

func TestTenThousandFilesStayUsable(t *testing.T) {
	t.Parallel()
	r := report.Files(func(yield func(*filescan.File, error) bool) {
		for n := range 10_000 {
			if !yield(&filescan.File{Name: fmt.Sprintf("upload %d.mp3", n), State: filescan.StateNoResults, Duration: float64(n)}, nil) {
				return
			}
		}
	}, nil)
	r.Details = -1
	p := open(t, serve(t, r), look{width: 1600, script: true})
	took := ask[float64](p, `(() => { const from = performance.now(); document.querySelectorAll(".files thead button")[6].click(); document.body.offsetHeight; return performance.now() - from })()`)
	t.Logf("sorted in %.0f ms", took)
	assert.Less(t, took, 30_000.0, "a second or so, where nothing else runs")
	first := ask[string](p, `document.querySelector(".files tbody th").innerText`)
	assert.Equal(t, "upload 9999.mp3", first)
}

func TestReadableWithoutScripts(t *testing.T) {
	t.Parallel()
	p := open(t, addressOf(t, ""), look{width: 1600})
	text := p.text("main")
	for _, want := range []string{"Overview", "whole song.mp3", "Critical risk", "The recording itself", "Silver River by Ada Alder, Hugo Hazel", "Paper Comet Records 75 %", "2:28.2 to 2:40 of 4:05", "3.1 % faster"} {
		assert.Contains(t, text, want)
	}
	tools := ask[int](p, `document.querySelectorAll(".tools, thead button").length`)
	assert.Zero(t, tools, "nothing is shown that does not work")
}

func TestNothingIsWiderThanTheScreen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "megamix.mp3", "whole song.mp3", "sampled bridge.wav", "podcast intro.mp3"} {
		for _, width := range []int{360, 1600} {
			p := open(t, addressOf(t, name), look{width: width, script: true})
			over := ask[[]string](p, `[document.documentElement.scrollWidth > innerWidth ? "the page" : "", ...[...document.querySelectorAll("main *")].filter(e => !e.closest(".wide, pre, svg") && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))].filter(Boolean)`)
			assert.Empty(t, over, "%q at %d", name, width)
		}
	}
}

// axe is the accessibility checker's source.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(os.Getenv("AXE")) //nolint:gosec // what .ci/run has installed
	require.NoError(t, err, "AXE is to be the path of axe.min.js; '.ci/run page' gets it")
	return string(source)
}

func TestAccessibility(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"": addressOf(t, ""), "index": strings.TrimSuffix(addressOf(t, "megamix.mp3"), filepath.Join("files", filepath.Base(addressOf(t, "megamix.mp3")))) + "index.html"}
	for _, name := range []string{"megamix.mp3", "whole song.mp3", "podcast intro.mp3", "AI-generated.mp3", "broken upload.mp3", "odd response.mp3"} {
		pages[name] = addressOf(t, name)
	}
	for i, r := range reportsOf(fileOf(t, "song.mp3", 120, everything)) {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".html"))
		require.NoError(t, os.WriteFile(path, pageOf(t, r), 0o600))
		pages[fmt.Sprint("kind ", i)] = "file://" + path
	}
	for name, address := range pages {
		for _, l := range []look{{width: 360, script: true}, {width: 1600, script: true}, {width: 1600, dark: true, script: true}} {
			p := open(t, address, l)
			ask[chromedp.Void](p, axe(t))
			found := ask[[]string](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + " " + n.failureSummary)))`)
			assert.Empty(t, found, "%s %+v", name, l)
		}
	}
}

func TestKeyboardReachesTheBars(t *testing.T) {
	t.Parallel()
	p := open(t, addressOf(t, "sampled bridge.wav"), look{width: 1600, script: true})
	ask[chromedp.Void](p, `document.querySelector(".tl a").focus()`)
	require.NoError(t, chromedp.Do(p.ctx, chromedp.KeyEvent("\r")))
	row := ask[string](p, `document.querySelector(":target").innerText`)
	assert.Contains(t, row, "0:31.2 to 0:42.6")
}

func TestPrints(t *testing.T) {
	t.Parallel()
	for name, paper := range map[string]struct{ width, height float64 }{"A4": {8.27, 11.69}, "Letter": {8.5, 11}} {
		for _, file := range []string{"", "megamix.mp3", "whole song.mp3"} {
			p := open(t, addressOf(t, file), look{width: 1600, dark: true, script: true})
			pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(func(o *page.PrintToPDFParams) {
				o.PaperWidth, o.PaperHeight, o.PrintBackground = paper.width, paper.height, new(true)
			}))
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "page.pdf")
			require.NoError(t, os.WriteFile(path, pdf, 0o600))
			keep(t, "print "+name+" "+file+".pdf", pdf)
			checkPrint(t, p, path, paper.width*72, name+" "+file)
		}
	}
}

// checkPrint looks for all words of the page on the paper.
func checkPrint(t *testing.T, p *tab, path string, width float64, name string) {
	t.Helper()
	out, err := exec.Command("pdftotext", "-bbox", path, "-").Output() //nolint:noctx,gosec // a file of this test; it ends by itself
	require.NoError(t, err, "pdftotext is needed: install poppler-utils")
	words := map[string]int{}
	for line := range strings.Lines(string(out)) {
		var x, y, right, bottom float64
		if n, _ := fmt.Sscanf(strings.TrimSpace(line), `<word xMin="%f" yMin="%f" xMax="%f" yMax="%f">`, &x, &y, &right, &bottom); n == 4 {
			_, word, _ := strings.Cut(line, `">`)
			word, _, _ = strings.Cut(word, "</word>")
			words[word]++
			assert.True(t, x >= 0 && right <= width, "%s: %q is cut", name, word)
		}
	}
	missing := ask[[]string](p, `[...document.querySelectorAll("main h1, main h2, main h3, .tl .axis text, .tl .lane p, main td, main li")].filter(e => !e.closest(".raw, .tools")).flatMap(e => e.textContent.split(/\s+/)).filter(Boolean)`)
	lost := 0
	for _, word := range missing {
		if plain := strings.Trim(word, `"<>&'`); plain == word && len(word) > 3 && strings.IndexFunc(word, func(r rune) bool { return r > 0x7e || strings.ContainsRune(`"<>&'`, r) }) < 0 && words[word] == 0 && !strings.ContainsAny(word, "-/_") {
			lost++
			t.Logf("%s: %q is not on paper", name, word)
		}
	}
	assert.LessOrEqual(t, lost, len(missing)/50, "%s: words are missing", name)
	labels := 0
	for word, n := range words {
		if word == "·" {
			labels = n
		}
	}
	assert.Positive(t, labels, "%s: the timeline's labels are printed", name)
}

// keep writes what a person may want to look at into the directory that PAGETEST_KEEP names.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	if dir := os.Getenv("PAGETEST_KEEP"); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")), content, 0o600)) //nolint:gosec // where the developer says
	}
}

// TestScreenshots makes the pictures of docs/report.md. With PAGETEST_KEEP they are written there, to be looked at and copied.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	for _, shot := range []struct {
		name, page string
		width      int
		height     int64
		dark       bool
		shows      string // what must be in the picture
	}{
		{"report-overview.png", "", 1200, 1180, false, ".files tbody tr:nth-child(3)"},
		{"report-file.png", "sampled bridge.wav", 1280, 900, false, ".found tbody"},
		{"report-mix.png", "megamix.mp3", 1280, 1040, false, ".tl a:last-child rect"},
		{"report-dark.png", "whole song.mp3", 1280, 940, true, ".where svg"},
		{"report-phone.png", "slowed and pitched.mp3", 360, 1000, false, ".tl a rect"},
		{"wide light.png", "", 1600, 1400, false, ".risks"},
		{"wide dark.png", "podcast intro.mp3", 1600, 1400, true, ".tl"},
		{"phone all.png", "", 360, 1800, false, ".risks"},
		{"phone dark.png", "live cover.m4a", 360, 1400, true, ".tl"},
	} {
		p := open(t, addressOf(t, shot.page), look{width: shot.width, dark: shot.dark, script: true})
		p.resize(shot.width, shot.height)
		picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		keep(t, shot.name, picture)
		assert.Greater(t, len(picture), 10_000, "%s shows something", shot.name)
		if strings.HasPrefix(shot.name, "report-") {
			assert.Less(t, len(picture), 200_000, "%s is small enough for the docs", shot.name)
		}
		there := p.boxes(shot.shows)
		require.NotEmpty(t, there, shot.name)
		b := there[0]
		assert.True(t, b.W > 0 && b.H > 0 && b.X >= 0 && b.Y >= 0 && b.X+b.W <= float64(shot.width)+1 && b.Y < float64(shot.height), "%s shows %s: %v", shot.name, shot.shows, b)
	}
}
