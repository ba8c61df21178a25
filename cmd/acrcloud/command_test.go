package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none")
	tests := []struct {
		args   string
		code   int
		stderr []string
	}{
		{"", exitOK, nil},
		{"--help", exitOK, nil},
		{"--version", exitOK, nil},
		{"files", exitOK, nil},
		{"scans", exitUsage, []string{`no command "acrcloud scans"`, `did you mean "scan"?`, "acrcloud --help"}},
		{"scna", exitUsage, []string{`did you mean "scan"?`}},
		{"zzzzzz", exitUsage, []string{"choose from", "containers"}},
		{"files lst", exitUsage, []string{`did you mean "list"?`, "acrcloud files --help"}},
		{"files list --serch x", exitUsage, []string{"no flag --serch", "did you mean --search?", "acrcloud files list --help"}},
		{"files list -Z", exitUsage, []string{"no flag -Z"}},
		{"files list extra", exitUsage, []string{`unexpected argument "extra"`}},
		{"files list --limit x", exitUsage, []string{"--limit"}},
		{"files list --limit -1", exitUsage, []string{"--limit is -1"}},
		{"files list --mock --state reedy", exitUsage, []string{"--state", `did you mean "ready"?`}},
		{"files list --mock -o jsonn", exitUsage, []string{"--output", `did you mean "json"?`}},
		{"files list --mock -o html", exitUsage, []string{"choose from table, json, jsonl, csv"}},
		{"files list", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN", "Developer Settings", "--mock"}},
		{"files list --container 5", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN"}},
		{"files list --token eyJxyz", exitCredentials, []string{"Warning", "list of processes", "ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_CONTAINER_ID"}},
		{"files list --container -5", exitUsage, []string{"--container is -5"}},
		{"files get", exitUsage, []string{"name the id of a file"}},
		{"files delete x --mock", exitUsage, []string{"--yes"}},
		{"containers get five --mock", exitUsage, []string{`"five" is not a container id`}},
		{"containers create --mock", exitUsage, []string{"name the new container"}},
		{"containers create a --mock --callback-url-env NONE_SUCH", exitUsage, []string{"NONE_SUCH", "not set"}},
		{"scan", exitUsage, []string{"name the files to scan"}},
		{"scan --mock -", exitUsage, []string{"--name"}},
		{"scan --mock " + missing, exitUsage, []string{missing}},
		{"scan --mock --fail-on hihg " + missing, exitUsage, []string{"--fail-on", "low, medium, high, critical"}},
		{"scan --mock --fail-on none " + missing, exitUsage, []string{"--fail-on"}},
		{"scan --mock --resume --fresh " + missing, exitUsage, []string{"exclude each other"}},
		{"scan --mock --grace 0s " + missing, exitUsage, []string{"--grace"}},
		{"scan --mock - - --name a.mp3", exitUsage, []string{"named twice"}},
		{"scan --mock --name a.mp3 .", exitUsage, []string{"--name applies to a single file"}},
		{"scan --mock --journal x .", exitUsage, []string{"--journal does not work"}},
		{"scan s.mp3 --token x --container 5 --base-url http://127.0.0.1:1", exitUsage, []string{"s.mp3"}},
		{"scan command_test.go --token x --container 5 --base-url http://127.0.0.1:1", exitFailed, []string{"refused", "Warning", "list of processes"}},
		{"scan --mock --uploads 0 " + missing, exitUsage, []string{"--uploads"}},
		{"scan --mock --max -1 " + missing, exitUsage, []string{"--max"}},
		{"scan --mock --rules " + missing + " x", exitUsage, []string{missing}},
		{"scan --sample --token x --container 5", exitUsage, []string{"--mock"}},
		{"identify", exitUsage, []string{"name the file to identify"}},
		{"identify x", exitCredentials, []string{"ACRCLOUD_IDENTIFY_HOST", "ACRCLOUD_IDENTIFY_ACCESS_SECRET"}},
		{"identify --mock " + missing, exitUsage, []string{missing}},
		{"identify --mock --live " + missing, exitUsage, []string{"--windows"}},
		{"identify --mock --windows --max 0 " + missing, exitUsage, []string{"--max"}},
		{"identify --mock .", exitUsage, []string{"is a folder"}},
		{"config list", exitUsage, []string{"config.json"}},
		{"doctor", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_IDENTIFY_HOST", "--mock"}},
		{"doctor --config radio", exitFailed, []string{"config.json"}},
		{"metadata", exitOK, nil},
		{"metadata isrc", exitUsage, []string{"name an ISRC", "acrcloud metadata isrc --help"}},
		{"metadata isrc XX0000000001", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN", "--mock"}},
		{"metadata isrc XX1 --mock", exitUsage, []string{`"XX1"`, "GBUM71029604"}},
		{"metadata isr XX0000000001", exitUsage, []string{`did you mean "isrc"?`}},
		{"metadata isrc XX0000000001 --mock --platform spotfy", exitUsage, []string{`did you mean "spotify"?`}},
		{"metadata isrc XX0000000001 --mock --platform a,b,c,d,e,f", exitUsage, []string{"6 platforms", "at most 5"}},
		{"metadata isrc XX0000000001 --mock --max -1", exitUsage, []string{"--max"}},
		{"metadata isrc XX0000000001 --mock -o html", exitUsage, []string{"choose from table, json, jsonl, csv"}},
		{"metadata isrc - --mock", exitUsage, []string{"nothing to look up"}},
		{"metadata url ftp://x --mock", exitUsage, []string{`"ftp://x"`}},
		{"metadata search --mock", exitUsage, []string{"--title, --artist"}},
		{"metadata search --mock x --title y", exitUsage, []string{"use one or the other"}},
		{"projects list", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN", "--mock"}},
		{"projects lst", exitUsage, []string{`did you mean "list"?`}},
		{"projects list --mock --type AV", exitUsage, []string{"--type", `did you mean "avr"?`}},
		{"projects get", exitUsage, []string{"name the id of the project"}},
		{"projects get app --mock", exitUsage, []string{`"app" is not a project id`, "acrcloud projects list"}},
		{"projects create app --mock", exitUsage, []string{"--in and --bucket"}},
		{"projects update 15 --mock", exitUsage, []string{"nothing to change"}},
		{"projects delete 15 --mock", exitUsage, []string{"--yes"}},
		{"projects usage 15 --mock --day 2026-02-30", exitUsage, []string{"--day", "not a date"}},
		{"projects usage 15 --mock --from 2026-02-03 --to 2026-02-01", exitUsage, []string{"before --from"}},
		{"projects usage 15 --mock --from 2020-01-01 --to 2026-02-01", exitUsage, []string{"--long"}},
		{"projects usage 15 --mock --from 2099-01-01", exitUsage, []string{"--to"}},
		{"projects usage 15 --mock --to 2026-01-01", exitUsage, []string{"needs --from"}},
		{"projects usage 15 --mock --day today --from yesterday", exitUsage, []string{"use one or the other"}},
		{"projects config 15 --mock", exitUsage, []string{"acrcloud mock"}},
		{"projects streams --mock --search x", exitUsage, []string{"give its id"}},
		{"projects channels 5 --mock --search x --search-by ciy", exitUsage, []string{"--search-by", `did you mean "city"?`}},
		{"plays list", exitUsage, []string{"name the id of a stream", "acrcloud plays list --help"}},
		{"plays list s-1 --mock", exitUsage, []string{"--project is missing", "acrcloud projects streams"}},
		{"plays list s-1 -p 5", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN", "--mock"}},
		{"plays list ../x -p 5 --mock", exitUsage, []string{`"../x" is not the id`}},
		{"plays list 0 -p 5 --mock", exitUsage, []string{"not a channel id"}},
		{"plays list s-1 -p -5 --mock", exitUsage, []string{"--project is -5"}},
		{"plays list s-1 -p 5 --mock --zone Mars", exitUsage, []string{"--zone", "Europe/Zurich"}},
		{"plays list s-1 -p 5 --mock --day 20260230", exitUsage, []string{"not a date"}},
		{"plays list s-1 -p 5 --mock --min-duration -1s", exitUsage, []string{"--min-duration"}},
		{"plays list s-1 -p 5 --mock --min-duration 2m --max-duration 1m", exitUsage, []string{"--max-duration"}},
		{"plays list s-1 -p 5 --mock --in-flight 0", exitUsage, []string{"--in-flight"}},
		{"plays list s-1 -p 5 --mock -o xml", exitUsage, []string{"choose from table, json, jsonl, csv, html"}},
		{"plays list --sample --token x", exitUsage, []string{"--mock"}},
		{"plays list --mock --sample x", exitUsage, []string{"unexpected argument"}},
		{"plays now s-1 -p 5 --mock", exitUsage, []string{"acrcloud plays last"}},
		{"plays gaps s-1 -p 5 --mock --gap 0s", exitUsage, []string{"--gap"}},
		{"plays save s-1 -p 5 --mock --settle -1s", exitUsage, []string{"--settle"}},
		{"plays save s-1 -p 5 --mock -o table", exitUsage, []string{"choose from csv, jsonl, html"}},
		{"plays recording s-1 -p 5 --mock", exitUsage, []string{"--at is missing"}},
		{"plays recording s-1 -p 5 --mock --at noon --for 3m", exitUsage, []string{"--at", "2026-01-02T08:00:00Z"}},
		{"plays recording s-1 -p 5 --mock --at 20260102080000", exitUsage, []string{"--for"}},
		{"plays recording s-1 -p 5 --mock --at 20260102080000 --for 3m --before -1s", exitUsage, []string{"--before"}},
		{"plays recording s-1 s-2 -p 5 --mock", exitUsage, []string{"unexpected argument"}},
		{"buckets lst", exitUsage, []string{`did you mean "list"?`}},
		{"buckets list", exitCredentials, []string{"ACRCLOUD_BEARER_TOKEN", "--mock"}},
		{"buckets list --mock --type fil", exitUsage, []string{"--type", `did you mean "file"?`}},
		{"buckets get masters --mock", exitUsage, []string{`"masters" is not a bucket id`, "acrcloud buckets list"}},
		{"buckets create --mock", exitUsage, []string{"name the new bucket"}},
		{"buckets create a --mock", exitUsage, []string{"--in"}},
		{"buckets create a --in eu-west-1 --net onlin --mock", exitUsage, []string{`did you mean "online"?`}},
		{"buckets update 5 --mock", exitUsage, []string{"nothing to change"}},
		{"buckets delete 5 --mock", exitUsage, []string{"--yes"}},
		{"buckets files list", exitUsage, []string{"name the id of the bucket"}},
		{"buckets files list 5 --mock --state reedy", exitUsage, []string{`did you mean "ready"?`}},
		{"buckets files list 5 --mock --limit -1", exitUsage, []string{"--limit"}},
		{"buckets files get 5 --mock", exitUsage, []string{"the id of a file"}},
		{"buckets files add 5 --mock", exitUsage, []string{"what to add"}},
		{"buckets files add 5 - --mock", exitUsage, []string{"--title"}},
		{"buckets files add 5 . --mock", exitUsage, []string{"is a folder", "*.wav"}},
		{"buckets files add 5 " + missing + " --mock", exitUsage, []string{missing}},
		{"buckets files add five x --mock", exitUsage, []string{"not a bucket id"}},
		{"buckets files add 5 x --mock --fingerprint --acrid", exitUsage, []string{"use only one"}},
		{"buckets files add 5 x --mock --set artist", exitUsage, []string{"key=value"}},
		{"buckets files add 5 x --mock --set a=1 --set a=2", exitUsage, []string{"twice"}},
		{"buckets files add 5 x --mock --uploads 0", exitUsage, []string{"--uploads"}},
		{"buckets files add 5 http://a.example/b http://a.example/c --title x --mock", exitUsage, []string{"--title applies to a single file"}},
		{"buckets files add 5 http://a.example/b http://c.example/b --unique --mock", exitUsage, []string{"the same title"}},
		{"buckets files add 5 http://a.example --unique --mock", exitUsage, []string{"--title"}},
		{"buckets files add 5 http://a.example/x --fingerprint --mock", exitUsage, []string{"download it first"}},
		{"buckets files update 5 7 --mock", exitUsage, []string{"nothing to change"}},
		{"buckets files move 5 7 --mock", exitUsage, []string{"--to"}},
		{"buckets files move 5 7 --to 5 --mock", exitUsage, []string{"give another one"}},
		{"buckets files wait 5 x --mock", exitUsage, []string{"not a file id", "acrcloud buckets files list 5"}},
		{"buckets files delete 5 7 --mock", exitUsage, []string{"--yes"}},
		{"listen x", exitUsage, []string{"--exec"}},
		{"listen --exec no-such-program-here", exitUsage, []string{"--exec", "no-such-program-here"}},
		{"listen --count -1", exitUsage, []string{"--count"}},
		{"listen --timeout 0s", exitUsage, []string{"--timeout"}},
		{"listen --secret-env NONE_SUCH", exitUsage, []string{"NONE_SUCH"}},
		{"listen --listen 127.0.0.1:99999", exitUsage, []string{"cannot listen"}},
		{"listen --listen 127.0.0.1:0 --public http://example.com/x", exitUsage, []string{"--public", "https"}},
		{"listen --listen 127.0.0.1:0 --public https://user:s3cr3t@example.com/x", exitUsage, []string{"--public"}},
		{"listen --mock -o csv", exitUsage, []string{"choose from table, jsonl"}},
		{"man", exitUsage, []string{"name the folder"}},
		{"mock --listen 127.0.0.1:99999", exitUsage, []string{"cannot listen"}},
		{"mock --access-key x", exitUsage, []string{"--access-secret"}},
		{"mock --latency -1s", exitUsage, []string{"--latency"}},
		{"mock --tracks " + missing, exitUsage, []string{missing}},
		{"completion bsh", exitUsage, []string{`did you mean "bash"?`}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, clean(t), strings.Fields(tt.args)...)
			assert.Equal(t, tt.code, code, stderr)
			for _, want := range tt.stderr {
				assert.Contains(t, stderr, want)
			}
			if tt.code == exitOK {
				assert.NotEmpty(t, stdout)
				assert.Empty(t, stderr)
			} else {
				assert.Empty(t, stdout)
			}
			assert.NotRegexp(t, `(?m)^(acrcloud: ){2}`, stderr)
			assert.NotContains(t, stderr, "eyJxyz")
			assert.NotContains(t, stderr, "s3cr3t")
		})
	}
}

// each calls f for every command.
func each(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		if sub.Name() != "help" {
			each(sub, f)
		}
	}
}

func TestEveryCommandHasHelpAndALineInTheDocs(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/command.md")
	require.NoError(t, err)
	each(discard().root(), func(c *cobra.Command) {
		assert.NotEmpty(t, c.Short, c.CommandPath())
		assert.Contains(t, c.Example, c.Root().Name()+" ", c.CommandPath())
		if c.Parent() == nil || c.Parent().Name() != "completion" {
			assert.Contains(t, string(docs), "`"+c.CommandPath(), c.CommandPath())
		}
		code, stdout, stderr := call(t, clean(t), strings.Fields(c.CommandPath() + " --help")[1:]...)
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, "Examples:", c.CommandPath())
		assert.Contains(t, stdout, "Usage:", c.CommandPath())
		for line := range strings.Lines(c.Example) {
			assert.Contains(t, stdout, strings.TrimSpace(line))
		}
	})
}

func TestManualPages(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man1")
	code, _, stderr := call(t, clean(t), "man", dir)
	require.Equal(t, exitOK, code, stderr)
	page, err := os.ReadFile(filepath.Join(dir, "acrcloud-files-list.1"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "--search")
	assert.NotContains(t, string(page), "Auto generated")
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		code, stdout, stderr := call(t, clean(t), "completion", shell)
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, "acrcloud")
		assert.NotContains(t, stdout, `\t__complete`, "the script is as the framework wrote it")
	}
	code, stdout, _ := call(t, clean(t), "__complete", "sc")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, "scan\tScan files")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, stdout, _ := call(t, clean(t), "version", "-o", "json")
	assert.Equal(t, exitOK, code)
	v := decode[version](t, stdout)
	assert.NotEmpty(t, v.Version)
	_, stdout, _ = call(t, clean(t), "version")
	assert.Contains(t, stdout, v.Version)
}

// discard is a program that says nothing.
func discard() *program {
	return newProgram(strings.NewReader(""), io.Discard, io.Discard, func(error) {})
}
