// Package report shows results to people: which part of an upload matches which recording, how surely, how it was altered, whose it
// is, where to listen, and why the verdict is what it is.
//
//	r := report.Files(client.Files(12345).All(ctx, &filescan.ListFilesOptions{WithResults: true}), nil)
//	r.Title = "Uploads of the week"
//	err := report.HTML(w, r)
//
// A [Report] is made of scanned files ([Files], [File]), of a long recording ([Recording]) or of what a channel played ([Day]). [HTML] writes it
// as one page that needs nothing else: no script to be read, no network, nothing to install. [Dir] writes a page for each file, and an
// index. [Handler] serves the page, [Fragment] gives its parts to a page of your own, and [Text] writes for terminals.
//
// # Text from outside
//
// Names, titles and all else that came from somebody are escaped by [html/template] for the place where they stand. Characters that reorder
// text or control a terminal are replaced by U+FFFD. Links are made of ids, over https, to Spotify, Deezer, Apple Music, YouTube and
// MusicBrainz only. The page's Content-Security-Policy admits its own style and script by their hashes and nothing else.
//
// # Memory
//
// Files are read once, one at a time. What a page says before it knows is kept in a temporary file from a mebibyte on, so that memory
// does not grow with the number of files. The file is removed before the call returns.
package report
