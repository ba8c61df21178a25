package gate_test

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A snippet is a block of Go in a page.
type snippet struct {
	page string
	line int
	code string
}

// snippets returns the blocks of Go in README.md and docs.
func snippets(t *testing.T) []snippet {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	pages = append(pages, filepath.Join(root, "README.md"))
	var all []snippet
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		var block *snippet
		for i, line := range strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") {
			switch {
			case block == nil && strings.TrimSpace(line) == "```go":
				block = &snippet{page: filepath.Base(page), line: i + 2}
			case block != nil && strings.TrimSpace(line) == "```":
				all = append(all, *block)
				block = nil
			case block != nil:
				block.code += line + "\n"
			}
		}
		require.Nil(t, block, "%s: a block is not closed", page)
	}
	require.NotEmpty(t, all)
	return all
}

// surroundings are the variables that an incomplete snippet may use, since its page has introduced them. Each is
// declared if the snippet uses it and does not declare it.
var surroundings = []struct{ name, code string }{
	{"ctx", "ctx := context.Background()"},
	{"cfg", `cfg, err := acrcloud.ConfigFromEnv()
		if err != nil {
			return err
		}`},
	{"client", `client, err := filescan.New(cfg)
		if err != nil {
			return err
		}`},
	{"files", "files := client.Files(cfg.ContainerID)"},
	{"header", `header := &multipart.FileHeader{Filename: "song.mp3"}`},
	{"event", "event := &webhook.Event{}"},
	{"mux", "mux := http.NewServeMux()"},
	{"secret", "var secret acrcloud.Secret"},
	{"store", "store := func(context.Context, any) error { return nil }"},
	{"scanForViruses", "scanForViruses := func(context.Context, io.Reader) error { return nil }"},
	{"limiter", "var limiter acrcloud.Limiter"},
	{"logger", "logger := slog.New(slog.DiscardHandler)"},
	{"w", "w := io.Discard"},
}

// imports are the packages that snippets may use.
var imports = []string{
	"context", "encoding/json", "errors", "fmt", "io", "iter", "log", "log/slog", "mime/multipart", "net/http", "net/netip", "os", "os/signal", "strings", "testing",
	"testing/synctest", "time", "github.com/musicchartsai/acrcloud-go/acrcloud", "github.com/musicchartsai/acrcloud-go/batch",
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch", "github.com/musicchartsai/acrcloud-go/batch/sqlbatch", "github.com/hibiken/asynq",
	"github.com/musicchartsai/acrcloud-go/console", "github.com/musicchartsai/acrcloud-go/filescan", "github.com/musicchartsai/acrcloud-go/identify",
	"github.com/musicchartsai/acrcloud-go/mock", "github.com/musicchartsai/acrcloud-go/report", "github.com/musicchartsai/acrcloud-go/webhook",
}

// program makes a program from a snippet: a whole program, a test, or statements in a function. run says whether to run
// it, not only build it.
func (s snippet) program() (file, code string, run bool) {
	switch {
	case strings.HasPrefix(s.code, "package main"):
		return "main.go", s.code, true
	case strings.HasPrefix(s.code, "func Test"):
		return "main_test.go", s.withImports("package main\n" + s.code), true
	case regexp.MustCompile(`^(//.*\n)*(func|type|var|const) `).MatchString(s.code):
		return "main.go", s.withImports("package main\n" + s.code + "\nfunc main() {}\n"), false
	}
	var before, uses strings.Builder
	body := s.code
	for _, known := range slices.Backward(surroundings) { // what one of them uses is declared before it
		if !regexp.MustCompile(`\b`+known.name+`\b`).MatchString(body) || regexp.MustCompile(`(?m)^\s*([\w, ]+, )?`+known.name+`(, [\w, ]+)? :=`).MatchString(s.code) {
			continue
		}
		body = known.code + "\n" + body
		fmt.Fprintf(&uses, "_ = %s\n", known.name)
	}
	declared := regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) :=`).FindAllStringSubmatch(s.code, -1)
	for _, names := range declared {
		for name := range strings.SplitSeq(names[1], ",") {
			if name = strings.TrimSpace(name); name != "_" {
				fmt.Fprintf(&uses, "_ = %s\n", name)
			}
		}
	}
	before.WriteString("package main\nfunc main() {}\nfunc snippet() error {\n" + body + "\n" + uses.String() + "return nil\n}\nvar _ = snippet\n")
	return "main.go", s.withImports(before.String()), false
}

// withImports adds the imports that the code uses.
func (s snippet) withImports(code string) string {
	var b strings.Builder
	for _, path := range imports {
		name := path[strings.LastIndex(path, "/")+1:]
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&b, "import %q\n", path)
		}
	}
	first, rest, _ := strings.Cut(code, "\n")
	return first + "\n" + b.String() + rest
}

// Every block of Go in README.md and docs compiles when pasted where its page says. Whole programs and tests run,
// against the mock.
func TestSnippets(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	base, err := srv.Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = srv.Close() })
	cfg := srv.Config()
	env := environment("ACRCLOUD_BASE_URL="+base, "ACRCLOUD_BEARER_TOKEN="+cfg.BearerToken.Reveal(),
		fmt.Sprintf("ACRCLOUD_CONTAINER_ID=%d", cfg.ContainerID), "ACRCLOUD_IDENTIFY_HOST="+cfg.IdentifyHost,
		"ACRCLOUD_IDENTIFY_ACCESS_KEY="+cfg.IdentifyAccessKey.Reveal(), "ACRCLOUD_IDENTIFY_ACCESS_SECRET="+cfg.IdentifyAccessSecret.Reveal())

	// One workspace of this repository's modules and one for all snippets, so that packages are built once and nothing is downloaded.
	module := t.TempDir()
	var work strings.Builder
	work.WriteString("go 1.26.0\nuse .\n")
	for _, dir := range append(modules(t), filepath.Join(root, "examples", "asynq")) { // docs/engines.md shows code of that
		absolute, err := filepath.Abs(dir)
		require.NoError(t, err)
		fmt.Fprintf(&work, "use %q\n", filepath.ToSlash(absolute))
	}
	require.NoError(t, os.WriteFile(filepath.Join(module, "go.work"), []byte(work.String()), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/snippets\n\ngo 1.26.0\n"), 0o600))
	env = append(env, "GOWORK="+filepath.Join(module, "go.work"))

	type prepared struct {
		snippet
		dir  string
		test bool
		run  bool
	}
	var all []prepared
	for _, s := range snippets(t) {
		file, code, run := s.program()
		pretty, err := format.Source([]byte(code))
		require.NoError(t, err, "%s:%d is not valid Go:\n%s", s.page, s.line, code)
		name := fmt.Sprintf("%s_%d", strings.TrimSuffix(s.page, ".md"), s.line)
		dir := filepath.Join(module, name)
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), pretty, 0o600))
		all = append(all, prepared{s, "./" + name, strings.HasSuffix(file, "_test.go"), run})
	}
	command := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", args...) //nolint:gosec // of this test
		cmd.Dir, cmd.Env = module, env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "go %s:\n%s", strings.Join(args, " "), out)
	}
	command("vet", "./...")
	song := filepath.Join(module, "song.mp3")
	require.NoError(t, os.WriteFile(song, []byte("ID3\x04\x00\x00\x00\x00\x00\x00"+strings.Repeat("\xFF\xFB\x90\x64"+strings.Repeat("\x00", 413), 20)), 0o600))
	for _, p := range all {
		switch {
		case p.test:
			command("test", "-count=1", p.dir)
		case p.run:
			command("run", p.dir)
		}
	}
}
