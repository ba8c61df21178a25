// Package report presents results to people: which part of an upload matches which recording, how similar they are, how
// the recording was altered, who owns it, where to listen to it, and the reasons for the verdict.
//
//	r := report.Files(client.Files(12345).All(ctx, &filescan.ListFilesOptions{WithResults: true}), nil)
//	r.Title = "Uploads of the week"
//	err := report.HTML(w, r)
//
// A [Report] is about scanned files ([Files], [File]), a long recording ([Recording]) or the plays of a channel
// ([Day]). [HTML] writes it as one self-contained page, which can be read without scripts and without a network. [Dir]
// writes an index, and a page for each file. [Handler] serves the page, [Fragment] returns its parts for a page of your
// own, and [Text] writes for terminals.
//
// # Untrusted text
//
// Names, titles and all other untrusted text are escaped by [html/template] for their context. Characters that reorder
// text or control a terminal are replaced by U+FFFD. Links are made from ids, with https, to Spotify, Deezer, Apple
// Music, YouTube and MusicBrainz only. The page's Content-Security-Policy allows only its own style and script, by
// their hashes.
//
// # Memory
//
// Files are read once, one at a time. Output that has to wait for a summary above it is kept in memory up to 1 MiB, and
// then in a temporary file, so that memory does not grow with the number of files. The temporary file is removed before
// the call returns.
package report
