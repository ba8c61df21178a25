package report

import (
	"iter"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// A Report is the content to show. Create it with [Files], [File], [Recording] or [Day], then set its fields.
type Report struct {
	Title    string         // of the page; empty for the default
	Location *time.Location // of all dates and times; nil for UTC
	Made     time.Time      // when the report was created; the zero Time is not shown

	// Details is how many files a page shows in full, with timeline and matches; negative for none. 0 means 100 files,
	// or fewer if they exceed 1.75 MB, which browsers handle easily. The others have only a row in the table of files.
	// Dir ignores it: every file has a page there.
	Details int

	// Length is the length of the recording of a [Recording]. 0 means unknown; the timeline then ends with the last
	// segment.
	Length time.Duration

	files    iter.Seq2[*filescan.File, error]
	rules    *filescan.Rules
	segments []identify.Segment
	plays    []Play
	kind     kind
}

// kind is the kind of a Report's content.
type kind int

const (
	ofNothing kind = iota
	ofFiles
	ofRecording
	ofPlays
)

// What a page shows in full if Report.Details is 0.
const (
	usualDetails = 100
	usualSize    = 1_750_000
)

// Files returns a report about scanned files, with the verdicts of [filescan.Assess]; nil rules mean the defaults. List
// the files with ListFilesOptions.WithResults, otherwise all of them look clean. Each time the report is written, the
// iterator is read once, one file at a time; nil files are skipped. If it ends with an error, the report says that it
// is incomplete, and the function that writes it returns the error.
func Files(files iter.Seq2[*filescan.File, error], rules *filescan.Rules) Report {
	return Report{kind: ofFiles, files: files, rules: rules}
}

// File returns a report about one scanned file; see [Files].
func File(file *filescan.File, rules *filescan.Rules) Report {
	return Files(func(yield func(*filescan.File, error) bool) { yield(file, nil) }, rules)
}

// Recording returns a report about a long recording, from the segments that [identify.Merge] returns. It has no
// verdict. Set Length, otherwise the report does not show how much follows the last segment.
func Recording(segments []identify.Segment) Report {
	return Report{kind: ofRecording, segments: segments}
}

// Day returns a report about plays, such as those of a radio channel in a day. Each date with plays, in the time zone
// Location, has a timeline of its hours. The plays may be in any order.
func Day(plays []Play) Report { return Report{kind: ofPlays, plays: plays} }

// check refuses an invalid report.
func (r *Report) check() error {
	switch {
	case r.kind == ofNothing:
		return &acrcloud.ArgumentError{Field: "report", Problem: "is empty", Remedy: "create it with report.Files, report.File, report.Recording or report.Day"}
	case r.kind == ofFiles && r.files == nil:
		return &acrcloud.ArgumentError{Field: "files", Problem: "is nil", Remedy: "pass Files.All or another iterator"}
	case r.Length < 0:
		return &acrcloud.ArgumentError{Field: "Report.Length", Problem: "is negative", Remedy: "use the length of the recording, or 0 if unknown"}
	}
	return r.rules.Validate()
}

// title is the page's title.
func (r *Report) title() string {
	switch {
	case r.Title != "":
		return clean(r.Title)
	case r.kind == ofRecording:
		return "Contents of the recording"
	case r.kind == ofPlays:
		return "Plays"
	}
	return "Scan report"
}

// date formats a date and time unambiguously.
func (r *Report) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if r.Location == nil {
		return t.UTC().Format("2006-01-02 15:04 MST")
	}
	return t.In(r.Location).Format("2006-01-02 15:04 MST")
}
