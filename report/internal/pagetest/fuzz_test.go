package pagetest_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// hosts are those that a page may link to.
var hosts = []string{"open.spotify.com", "www.deezer.com", "music.apple.com", "www.youtube.com", "musicbrainz.org"}

// A parts has every element of a page with its attributes, as in "a href", and the text of what a browser takes for code.
type parts struct {
	all  map[string]bool
	code map[string]bool
}

func (p *parts) add(tb testing.TB, page []byte) {
	tb.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	require.NoError(tb, err)
	for n := range root.Descendants() {
		switch n.Type {
		case html.CommentNode:
			p.all["a comment"] = true
		case html.ElementNode:
			p.all[n.Data] = true
			for _, a := range n.Attr {
				p.all[n.Data+" "+a.Key] = true
				if a.Key == "href" {
					checkLink(tb, a.Val)
				}
				if a.Key == "http-equiv" || a.Key == "content" {
					p.code[a.Val] = true
				}
			}
			if n.Data == "script" || n.Data == "style" {
				p.code[n.FirstChild.Data] = true
			}
		}
	}
}

var anchor = regexp.MustCompile(`^#[a-z0-9-]+$`)

func checkLink(tb testing.TB, address string) {
	tb.Helper()
	if anchor.MatchString(address) {
		return
	}
	u, err := url.Parse(address)
	require.NoError(tb, err)
	require.Equal(tb, "https", u.Scheme, address)
	require.Contains(tb, hosts, u.Host, address)
	require.Nil(tb, u.User, address)
}

// FuzzPage makes pages of arbitrary results, and finds nothing in them that is not in a page of harmless ones, but text.
func FuzzPage(f *testing.F) {
	long := strings.Repeat("long text ", 100)
	harmless := &parts{map[string]bool{}, map[string]bool{}}
	for _, files := range [][]*filescan.File{
		{fileOf(f, "song.mp3", 120, everything), {Name: "failed.mp3", State: filescan.StateError, Detail: "no audio"}, fileOf(f, "long", 120, strings.ReplaceAll(everything, "Silver River", long))},
		{fileOf(f, "many.mp3", 600, `{"music": [`+strings.TrimSuffix(strings.Repeat(`{"offset": 1, "played_duration": 90, "score": 90, "result": {"title": "T"}},`, 50), ",")+`]}`)},
		{{Name: "nothing", State: filescan.StateNoResults}},
		{fileOf(f, "big", 9, everything), fileOf(f, "big", 9, `{"x": "`+strings.Repeat("x", 100_000)+`"}`)},
	} {
		for _, r := range reportsOf(files...) {
			harmless.add(f, pageOf(f, r))
		}
	}
	f.Add("song.mp3", 120.0, []byte(everything))
	f.Add("<script>alert(1)</script>", -1.0, []byte(strings.ReplaceAll(everything, "Silver River", `\"><img src=x onerror=alert(1)><!-- ]]> </title></style></script><svg onload=x>`)))
	f.Add("' onmouseover='x", 0.0, []byte(strings.NewReplacer(`"s1"`, `"javascript:alert(1)//\" onclick=x"`, `"v"`, `"&#106;avascript:\u0000"`, `"aa"`, `"`+"`"+`{{.}}"`).Replace(everything)))
	f.Fuzz(func(t *testing.T, name string, duration float64, results []byte) {
		file := &filescan.File{Name: name, ID: name, Detail: name, Duration: duration, State: filescan.StateReady, Results: &filescan.Results{}}
		if json.Unmarshal(results, file.Results) != nil {
			file = &filescan.File{Name: string(results), State: filescan.StateError, Detail: string(results), Extra: map[string]json.RawMessage{"results": results}}
		}
		found := &parts{map[string]bool{}, map[string]bool{}}
		for _, r := range reportsOf(file, file) {
			found.add(t, pageOf(t, r))
		}
		for _, part := range sorted(found.all) {
			require.True(t, harmless.all[part], "the page has %q", part)
		}
		for code := range found.code {
			require.True(t, harmless.code[code], "the page has the code %q", code)
		}
	})
}

func sorted(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for part := range set {
		list = append(list, part)
	}
	slices.Sort(list)
	return list
}
