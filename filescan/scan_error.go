package filescan

import (
	"fmt"

	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A ScanError says that the service could not process a file. It comes together with the file: a scan that failed must not be
// taken for one that found nothing.
type ScanError struct {
	File *File // in StateFailed, StateError or another negative state than StateNoResults
}

// Error names the file, its state and what the service says about it.
func (e *ScanError) Error() string {
	if e.File == nil {
		return "acrcloud: the scan failed"
	}
	problem := fmt.Sprintf("acrcloud: the scan of file %s (%q) failed with state %d", e.File.ID, e.File.Name, int(e.File.State))
	if e.File.Detail != "" {
		problem += ": " + transport.WithoutCredentials(e.File.Detail)
	}
	return text.Terminal(problem)
}

// failureOf is the error that goes with a file that is done.
func failureOf(f *File) error {
	if f.State.Failed() {
		return &ScanError{File: f}
	}
	return nil
}
