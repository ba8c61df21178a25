package batch

import "github.com/musicchartsai/acrcloud-go/acrcloud"

// An Item is one file to scan.
//
// Source serves this run. Ref is what outlives it: it goes to the store, and Options.Open makes a Source of it when a later run, or
// another process, has to open the content again. An item needs one of the two; [Dir] and [List] set both.
type Item struct {
	Key    string          // the caller's own and unique: the job is known by it, and the file is named after it; see [NameOf]
	Ref    string          // where the content is, such as a path or an object's name; empty: only this run can open it
	Source acrcloud.Source // the content; zero: Options.Open(Ref)

	// Version tells one content under this key from another, such as an ETag, or size and time of a file. A job that was begun with
	// another version is a matter for Options.Changed. Empty: not compared.
	Version string
}
