package consumer_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"

	"example.com/consumer"
)

func TestTitles(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	cfg := srv.Config()
	client, err := filescan.New(cfg, srv.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	titles, err := consumer.Titles(t.Context(), client.Files(cfg.ContainerID), acrcloud.FromBytes("a.wav", track.WAV(0, 5*time.Second)))
	if err != nil || !slices.Equal(titles, []string{"Silver River"}) {
		t.Errorf("got %q, %v", titles, err)
	}
}

// What the SDK brings along stays few: a user sees each of these modules in go.sum.
func TestFewModules(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "all").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if n := strings.Count(string(out), "\n"); n > 20 {
		t.Errorf("%d modules:\n%s", n, out)
	}
	deps, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "github.com/musicchartsai/acrcloud-go/...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, deps)
	}
	compiled := slices.Compact(slices.Sorted(strings.FieldsSeq(string(deps))))
	want := []string{
		"github.com/go-json-experiment/json", "github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", "github.com/musicchartsai/acrcloud-go",
	}
	if !slices.Equal(compiled, want) {
		t.Errorf("a program is built of %q, want %q", compiled, want)
	}
}
