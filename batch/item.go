package batch

import (
	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// An Item is one file to scan.
//
// Source is the content for this run. Ref is stored: when a later run or another process has to open the content,
// Options.Open makes a Source from it. An item needs one of the two; [Dir] and [List] set both. If several runs share a
// store at the same time, give the items a Ref: without it, each run uploads all of its items and delivers all outcomes.
//
// Remote, in place of both, is content that the service fetches itself. It may contain a secret, so it is not stored:
// only a run that is given the item can create the file, and any process can wait for it.
type Item struct {
	Key    string          // the caller's unique key of the job; the file is named after it, see [NameOf]
	Ref    string          // the place of the content, such as a path or an object's name; empty: only this run can open it
	Source acrcloud.Source // the content; zero: Options.Open(Ref)
	Remote filescan.Remote // the content, for [Scan]; zero: it is uploaded

	// Version identifies the content, such as by an ETag, or by the size and time of a file. If the key's job has
	// another version, Options.Changed decides. Empty: not compared.
	Version string

	// Trace is the trace context of the caller that adds the job, as in W3C's traceparent header, so that the steps of
	// the job and its callback can be shown in one trace. It is stored with a new job, and not used by this package.
	Trace string
}

// A content is what a file is created from: one of the two.
type content struct {
	source acrcloud.Source
	remote filescan.Remote
}

func (c content) isZero() bool { return c.source.IsZero() && c.remote.IsZero() }
