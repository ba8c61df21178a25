package identify

import (
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A contentError is a refusal before sending that is about the content: an ArgumentError to those who look for what they have done
// wrong, and a SourceError to callers that ask about the content.
type contentError struct {
	argument *acrcloud.ArgumentError
	source   *acrcloud.SourceError
}

func (e *contentError) Error() string { return e.argument.Error() }

func (e *contentError) Unwrap() []error { return []error{e.argument, e.source} }

func emptySample(field, name string) error {
	return &contentError{
		&acrcloud.ArgumentError{Field: field, Problem: "is empty", Remedy: "pass the audio or the fingerprint to identify"},
		&acrcloud.SourceError{Name: name, Want: -1, Err: errEmpty},
	}
}

var errEmpty = errors.New("is empty")

// tooLarge is about content of n bytes, or more if it was not read to its end.
func tooLarge(field, name string, n int64) error {
	return &contentError{
		&acrcloud.ArgumentError{
			Field: field, Problem: fmt.Sprintf("has %d bytes or more, where the service takes %d", n, MaxSampleBytes),
			Remedy: "12 seconds are enough: cut them out, of WAV with Trim, of raw audio with PCMFormat.Last; for a long recording use Windows",
		},
		&acrcloud.SourceError{Name: name, Want: MaxSampleBytes, Got: n, Err: acrcloud.ErrTooLarge},
	}
}
