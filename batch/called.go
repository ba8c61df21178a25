package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// Called records a callback in the journal, and returns the job to wake. The callback may arrive on any machine, and
// before the response that has the file's id. If the file belongs to no job, for example because another program uses
// the container, the key is empty, wake is false, and there is no error.
//
// A callback only makes a job check its file earlier: results always come from the API. If the event was not
// re-fetched, Called fetches the file's name from the API before it uses the id from the callback.
//
// After an error, the callback should be delivered again; see webhook.Handler.
func (s *Stepper) Called(ctx context.Context, event *webhook.Event) (key string, wake bool, err error) {
	switch {
	case s == nil || s.journal == nil:
		return "", false, errNoStepper
	case event == nil || event.Kind != webhook.FileScan || event.FileID == "":
		return "", false, nil
	case event.ContainerID != 0 && event.ContainerID != s.files.ContainerID():
		return "", false, nil
	}
	name, verified := event.Name, event.Refetched
	for {
		if name == "" {
			if name, err = s.nameOf(ctx, event.FileID); err != nil || name == "" {
				return "", false, err
			}
			verified = true
		}
		key, ok := KeyOf(name)
		if !ok {
			return "", false, nil
		}
		e, err := s.journal.Load(ctx, key)
		switch {
		case errors.Is(err, ErrNoEntry):
			return "", false, nil
		case err != nil:
			return "", false, fmt.Errorf("batch: loading job %q: %w", key, err)
		case e.Schema > schema || !e.Phase.known():
			return "", false, fmt.Errorf("%w: job %q", ErrNewer, key)
		case e.container() != 0 && e.container() != s.files.ContainerID():
			return "", false, nil // the file has the name, but is in another container than the job's
		case e.Phase.Finished():
			return key, false, nil
		case e.Phase == PhaseWaiting && e.FileID != event.FileID:
			return "", false, nil // the file has the name, but is not the job's
		case e.Phase == PhaseWaiting && e.Called:
			return key, true, nil
		case e.Phase != PhaseWaiting && !verified:
			name = ""
			continue
		}
		e.Phase, e.FileID, e.Called = PhaseWaiting, event.FileID, true
		if e.IntentAt.IsZero() { // Options.Timeout counts from here
			e.IntentAt = time.Now()
		}
		switch _, err := s.save(ctx, e); {
		case errors.Is(err, ErrConflict):
			continue
		case err != nil:
			return "", false, err
		}
		return key, true, nil
	}
}

// nameOf returns the name of a file from the API; it is empty if there is no such file.
func (s *Stepper) nameOf(ctx context.Context, fileID string) (string, error) {
	file, err := s.files.Get(ctx, fileID)
	switch {
	case errors.Is(err, acrcloud.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("batch: fetching the file of a callback: %w", err)
	}
	return file.Name, nil
}
