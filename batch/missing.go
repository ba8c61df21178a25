package batch

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// missingGrace is how long the service may respond with 404 for a new file.
const missingGrace = time.Minute

// A strayError is a 404 that says nothing about the file, such as one of a proxy, or one that the next look contradicts.
type strayError struct{ err error }

func (e *strayError) Error() string { return e.err.Error() }
func (e *strayError) Unwrap() error { return e.err }

// missing reports whether err says that the file does not exist.
func missing(err error) bool {
	_, stray := errors.AsType[*strayError](err)
	return errors.Is(err, acrcloud.ErrNotFound) && !stray
}

// missingOK returns err, unless it says that the file does not exist, which is a normal response.
func missingOK(err error) error {
	if missing(err) {
		return nil
	}
	return serviceError(err)
}

// get gets the file of a waiting job. The file was paid for, so it counts as missing only if the API itself says so
// twice, and if the list does not have it either.
func (s *Stepper) get(ctx context.Context, e Entry) (*filescan.File, error) {
	file, err := s.files.Get(ctx, e.FileID)
	switch {
	case !errors.Is(err, acrcloud.ErrNotFound):
		return file, err
	case !ofAPI(err):
		return nil, &strayError{err}
	case time.Since(e.IntentAt) < missingGrace:
		return nil, err
	}
	name, nameErr := NameOf(e.Key)
	if nameErr != nil {
		return nil, nameErr
	}
	for listed, listErr := range s.files.All(ctx, &filescan.ListFilesOptions{Search: name, PerPage: statePage}) {
		switch {
		case errors.Is(listErr, acrcloud.ErrNotFound):
			return nil, &strayError{listErr}
		case listErr != nil:
			return nil, listErr
		case listed.ID == e.FileID:
			return nil, &strayError{err}
		}
	}
	file, err = s.files.Get(ctx, e.FileID)
	if errors.Is(err, acrcloud.ErrNotFound) && !ofAPI(err) {
		return nil, &strayError{err}
	}
	return file, err
}

// ofAPI reports whether the API itself has sent the response of an error: that is JSON.
func ofAPI(err error) bool {
	e, ok := errors.AsType[*acrcloud.APIError](err)
	if !ok {
		return false
	}
	// A success without the file was decoded, so it is JSON.
	return e.StatusCode < http.StatusMultipleChoices || bytes.HasPrefix(bytes.TrimSpace(e.Body), []byte("{"))
}
