package report

import (
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// A Report is what to show. Make it with [Files], [File], [Recording] or [Day], then set what follows.
type Report struct {
	Title    string         // of the page; empty for a plain one
	Location *time.Location // of all dates and times; nil for UTC
	Made     time.Time      // when the report was made; the zero Time is not shown

	// Details is how many files a page shows in full, with timeline and matches; negative for none. 0 stands for what a browser shows
	// at ease: 100 files, or as many as take 1.75 MB. All others have their row in the table of files. Dir does not use it: there every
	// file has a page.
	Details int

	// Length is how long the recording of a [Recording] is; 0 if it is not known, and then it ends where the last segment does.
	Length time.Duration

	files    iter.Seq2[*filescan.File, error]
	rules    *filescan.Rules
	segments []identify.Segment
	plays    []Play
	kind     kind
}

// kind is what a Report is made of.
type kind int

const (
	ofNothing kind = iota
	ofFiles
	ofRecording
	ofPlays
)

// What a page shows in full, if Report.Details does not say it.
const (
	usualDetails = 100
	usualSize    = 1_750_000
)

// Files makes a report of scanned files, with the verdicts that [filescan.Assess] gives by rules; nil rules are the defaults. List the
// files with ListFilesOptions.WithResults, or they all look clean. The iterator is read once for each time that the report is written,
// one file at a time; nil files are left out. If it ends with an error, the report says that it is incomplete, and the error is returned by
// what writes it.
func Files(files iter.Seq2[*filescan.File, error], rules *filescan.Rules) Report {
	return Report{kind: ofFiles, files: files, rules: rules}
}

// File makes a report of one scanned file, as [Files] does of many.
func File(file *filescan.File, rules *filescan.Rules) Report {
	return Files(func(yield func(*filescan.File, error) bool) { yield(file, nil) }, rules)
}

// Recording makes a report of a long recording, of the segments that [identify.Merge] returns. There is no verdict. Set Length, or nobody
// sees how much there is after the last segment.
func Recording(segments []identify.Segment) Report {
	return Report{kind: ofRecording, segments: segments}
}

// Day makes a report of what was played, such as by a radio channel in a day. Each date of Location that has plays gets a timeline of its
// hours. The plays may be in any order.
func Day(plays []Play) Report { return Report{kind: ofPlays, plays: plays} }

// check refuses a report that nothing can be made of.
func (r *Report) check() error {
	switch {
	case r.kind == ofNothing:
		return &acrcloud.ArgumentError{Field: "report", Problem: "is empty", Remedy: "make it with report.Files, report.File, report.Recording or report.Day"}
	case r.kind == ofFiles && r.files == nil:
		return &acrcloud.ArgumentError{Field: "files", Problem: "is nil", Remedy: "give it Files.All, or another iterator"}
	case r.Length < 0:
		return &acrcloud.ArgumentError{Field: "Report.Length", Problem: "is negative", Remedy: "use the length of the recording, or 0 if it is not known"}
	}
	return r.rules.Validate()
}

// title is what the page is called.
func (r *Report) title() string {
	switch {
	case r.Title != "":
		return clean(r.Title)
	case r.kind == ofRecording:
		return "What is in the recording"
	case r.kind == ofPlays:
		return "What was played"
	}
	return "Scan report"
}

// date writes a date and time that every reader takes for the same.
func (r *Report) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if r.Location == nil {
		return t.UTC().Format("2006-01-02 15:04 MST")
	}
	return t.In(r.Location).Format("2006-01-02 15:04 MST")
}
