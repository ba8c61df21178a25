package filescan

import (
	"errors"
	"iter"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// FilesOf makes an iterator of files that are there already, for [WriteCSV] and [WriteJSONL].
func FilesOf(files ...*File) iter.Seq2[*File, error] {
	return func(yield func(*File, error) bool) {
		for _, file := range files {
			if !yield(file, nil) {
				return
			}
		}
	}
}

// exportFiles calls write for each file, with the verdict and with what went wrong, if anything did. An error without a file ends it.
func exportFiles(files iter.Seq2[*File, error], rules *Rules, write func(file *File, a Assessment, problem string) error) error {
	if files == nil {
		return &acrcloud.ArgumentError{Field: "files", Problem: "is nil", Remedy: "give it Files.All, FilesOf, or another iterator"}
	}
	for file, err := range files {
		switch {
		case file == nil && err != nil:
			return err
		case file == nil:
			continue
		}
		a, problem := assessItem(file, err, rules)
		if err := write(file, a, problem); err != nil {
			return err
		}
	}
	return nil
}

// assessItem assesses a file that may come with an error. The risk of a scan that has failed, or whose end was not
// observed, is unknown.
func assessItem(file *File, err error, rules *Rules) (a Assessment, problem string) {
	_, failed := errors.AsType[*ScanError](err)
	switch {
	case err != nil && !failed:
		problem = causeOf(err)
		return Assessment{Risk: RiskUnknown, MatchType: MatchNone, Reasons: []Reason{{Rule: "file.error", Text: problem}}}, problem
	case file.Detail != "":
		problem = transport.WithoutCredentials(file.Detail)
	case failed, file.State.Failed():
		problem = "the scan failed"
	}
	return Assess(file, rules), problem
}

func refuseWriter() error {
	return &acrcloud.ArgumentError{Field: "w", Problem: "is nil", Remedy: "pass a file or another io.Writer"}
}
