package main

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A found is a recording, with the query that found it.
type found struct {
	Query string         `json:"query"`
	Track *console.Track `json:"track"`
}

var trackColumns = []column[found]{
	{"query", false, func(f found) string { return f.Query }},
	{"title", false, func(f found) string { return f.Track.Name }},
	{"artists", false, func(f found) string { return joined(f.Track.Artists, func(a acrcloud.Artist) string { return a.Name }) }},
	{"isrc", true, func(f found) string { return f.Track.ISRC }},
	{"album", false, func(f found) string {
		if f.Track.Album.Name == "" {
			return f.Track.Album.Title
		}
		return f.Track.Album.Name
	}},
	{"label", false, func(f found) string { return f.Track.Album.Label }},
	{"upc", false, func(f found) string { return f.Track.Album.UPC }},
	{"release_date", false, func(f found) string { return f.Track.ReleaseDate }},
	{"duration_s", false, func(f found) string { return seconds(float64(f.Track.DurationMS) / 1000) }},
	{"iswc", false, func(f found) string { return joined(f.Track.Works, func(w console.TrackWork) string { return w.ISWC }) }},
	{"links", true, func(f found) string { return joined(f.Track.Links(), func(l acrcloud.Link) string { return l.URL }) }},
}

// shownTrackColumns are the columns of a table. The other columns are for programs.
var shownTrackColumns = []string{"title", "artists", "isrc", "album", "label", "release_date"}

// joined joins the texts of all items in one cell, without empty ones.
func joined[T any](items []T, text func(T) string) string {
	var texts []string
	for _, item := range items {
		if s := text(item); s != "" {
			texts = append(texts, s)
		}
	}
	return strings.Join(texts, "; ")
}

// selected returns the columns with these names.
func selected[T any](columns []column[T], names []string) []column[T] {
	return slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool { return !slices.Contains(names, c.name) })
}

// platforms are the values of --platform.
var platforms = []string{"spotify", "deezer", "youtube", "applemusic", "tidal", "gaana", "awa", "kkbox", "soundcloud", "amazonmusic"}

const maxPlatforms = 5

// A metadataSettings holds how to look up recordings.
type metadataSettings struct {
	platforms []string
	works     bool
	yes       bool
	most      int
}

func (p *program) metadataCommand() *cobra.Command {
	var s metadataSettings
	c := group("metadata", "Look up recordings: their metadata, and their links on platforms",
		"Look up recordings by ISRC, ACRID, a platform's URL, or title and artists: their metadata, their releases, and their links on\n"+
			"platforms. A recording that is not found is not an error: a note reports it. It is not known whether a look-up is billed.\n\n"+
			"A table shows the most important columns. -o csv adds UPC, ISWC and links; -o json has everything that the service returns. The token needs\n"+
			"the scope read-metadata.",
		"  acrcloud metadata isrc GBUM71029604\n  acrcloud metadata search --title \"Silver River\" --artist \"Ada Alder\" -o json")
	f := c.PersistentFlags()
	f.StringSliceVar(&s.platforms, "platform", nil, "`name` of a platform to search, 5 at most; may be repeated (default spotify, deezer, youtube and applemusic); also "+strings.Join(platforms[4:], ", "))
	f.BoolVar(&s.works, "works", false, "include the compositions: ISWC and writers")
	f.BoolVarP(&s.yes, "yes", "y", false, "do not ask for confirmation")
	f.IntVar(&s.most, "max", maxUnasked, "ask before more than this many are looked up")
	c.AddCommand(
		p.lookup(&s, "isrc", "ISRC", "Look up recordings by ISRC", "an ISRC, such as GBUM71029604, or - to read them from standard input", "GBUM71029604", (*console.Metadata).ByISRC),
		p.lookup(&s, "acrid", "ACRID", "Look up recordings by ACRID, the service's own id", "an ACRID, as in results, or - to read them from standard input", "6049f11da7095e8bb8266871d4a70873", (*console.Metadata).ByACRID),
		p.lookup(&s, "url", "URL", "Look up recordings by their page on a platform", "the URL of a recording on a platform, or - to read them from standard input", "https://open.spotify.com/track/2takcwOaAZWiXQijPHIx7B", (*console.Metadata).BySourceURL),
		p.searchMetadata(&s),
	)
	return c
}

// options returns the options of each look-up.
func (s *metadataSettings) options() (*console.LookupOptions, error) {
	opts := &console.LookupOptions{IncludeWorks: s.works}
	for _, name := range unique(s.platforms) {
		if near := nearest.Key(name, platforms); near != "" && near != name {
			return nil, usagef("--platform is %.40q: did you mean %q?", name, near)
		}
		opts.Platforms = append(opts.Platforms, console.Platform(name)) // the service may know platforms that this list does not
	}
	if len(opts.Platforms) > maxPlatforms {
		return nil, usagef("--platform names %d platforms, but the service searches at most %d: leave some out", len(opts.Platforms), maxPlatforms)
	}
	return opts, nil
}

// lookup returns a command for one kind of id.
func (p *program) lookup(s *metadataSettings, use, arg, short, names, example string, by func(*console.Metadata, context.Context, string, *console.LookupOptions) ([]*console.Track, error)) *cobra.Command {
	return &cobra.Command{
		Use: use + " " + arg + "...", Short: short,
		Long:    short + ". - reads them from standard input, one per line.",
		Example: fmt.Sprintf("  acrcloud metadata %s %s\n  acrcloud metadata %s - --works -o csv < list.txt", use, example, use),
		Args:    arguments(1, -1, names),
		RunE: func(c *cobra.Command, args []string) error {
			queries, err := p.lines(args)
			if err != nil {
				return err
			}
			return p.lookUp(c.Context(), s, queries, func(ctx context.Context, m *console.Metadata, query string, opts *console.LookupOptions) ([]*console.Track, error) {
				return by(m, ctx, query, opts)
			})
		},
	}
}

func (p *program) searchMetadata(s *metadataSettings) *cobra.Command {
	var q console.TrackQuery
	c := &cobra.Command{
		Use: "search [TEXT]", Short: "Look up recordings by title and artists",
		Long:    "Look up recordings by --title and --artist, or by a text such as \"Ada Alder - Silver River\", the best match first.",
		Example: "  acrcloud metadata search --title \"Silver River\" --artist \"Ada Alder\"\n  acrcloud metadata search \"Ada Alder - Silver River\" -o json",
		Args:    arguments(0, 1, ""),
		RunE: func(c *cobra.Command, args []string) error {
			var query string
			switch named := q.Title != "" || len(q.Artists) > 0; {
			case named && len(args) > 0:
				return usagef("a text excludes --title and --artist: use one or the other")
			case named:
				query = joined([]string{strings.Join(q.Artists, ", "), q.Title}, func(s string) string { return s })
			case len(args) == 0 || strings.TrimSpace(args[0]) == "":
				return usagef("name what to look for: --title, --artist, or a text")
			default:
				query = args[0]
			}
			return p.lookUp(c.Context(), s, []string{query}, func(ctx context.Context, m *console.Metadata, query string, opts *console.LookupOptions) ([]*console.Track, error) {
				if len(args) > 0 {
					return m.SearchText(ctx, query, opts)
				}
				return m.Search(ctx, q, opts)
			})
		},
	}
	c.Flags().StringVar(&q.Title, "title", "", "`title` of the recording")
	c.Flags().StringArrayVar(&q.Artists, "artist", nil, "`name` of an artist; may be repeated")
	return c
}

// lookUp looks the queries up and shows what is found.
func (p *program) lookUp(ctx context.Context, s *metadataSettings, queries []string, by func(context.Context, *console.Metadata, string, *console.LookupOptions) ([]*console.Track, error)) error {
	format, err := p.format(listFormats...)
	if err != nil {
		return err
	}
	opts, err := s.options()
	if err != nil {
		return err
	}
	if s.most < 0 {
		return usagef("--max is %d: give a positive number, or 0 to always be asked", s.most)
	}
	service, client, err := p.managing(ctx)
	if err != nil {
		return err
	}
	if service.mock != nil {
		track := addSample(service.mock)
		p.note("The embedded mock knows one recording: %q by %s, ISRC %s.", track.Title, track.Artists[0], track.ISRC)
	} else if len(queries) > s.most {
		if err := p.confirm(ctx, s.yes, "Look up %s at %s, with the token of %s? It is not known whether this is billed.", count(len(queries), "recording"), service.name(), service.origin); err != nil {
			return err
		}
	}
	metadata := client.Metadata()
	var tracks iter.Seq2[found, error] = func(yield func(found, error) bool) {
		for _, query := range queries {
			tracks, err := by(ctx, metadata, query, opts)
			if err != nil {
				yield(found{}, fmt.Errorf("%.80q: %w", query, err))
				return
			}
			if len(tracks) == 0 {
				p.note("%.80q was not found.", query)
			}
			for _, track := range tracks {
				if !yield(found{query, track}, nil) {
					return
				}
			}
		}
	}
	columns := trackColumns
	if format == formatTable {
		shown := shownTrackColumns
		if s.works {
			shown = append(slices.Clone(shown), "iswc")
		}
		columns = selected(columns, shown)
	}
	return writeList(p, format, columns, tracks)
}

// addSample adds a track to the embedded mock, for commands that need something to find.
func addSample(srv *mock.Server) mock.Track {
	return srv.AddTrack(mock.Track{
		Title: "Silver River", Artists: []string{"Ada Alder"}, Album: "Bridges", Label: "Quay Records", ISRC: "XX0000000001",
		ACRID: "0123456789abcdef0123456789abcdef", ReleaseDate: "2024-05-17", Duration: 3 * time.Minute,
	})
}

// Limits of what is read from standard input as arguments.
const (
	maxLines     = 100_000
	maxLineBytes = 64 << 10
)

// lines returns the arguments, with the non-empty lines of standard input in place of -. Repeated ones are dropped.
func (p *program) lines(args []string) ([]string, error) {
	var all []string
	seen := map[string]bool{}
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" && !seen[text] {
			seen[text] = true
			all = append(all, text)
		}
	}
	for _, arg := range args {
		if arg != standardInput {
			add(arg)
			continue
		}
		input := bufio.NewScanner(p.in)
		input.Buffer(nil, maxLineBytes)
		for input.Scan() {
			add(strings.TrimPrefix(input.Text(), "\uFEFF")) // some editors write a byte order mark
			if len(all) > maxLines {
				return nil, usagef("standard input has more than %d lines: split it", maxLines)
			}
		}
		if err := input.Err(); err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
	}
	if len(all) == 0 {
		return nil, usagef("there is nothing to look up: standard input is empty")
	}
	return all, nil
}
