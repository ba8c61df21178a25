package webhook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A FileSource gives access to the files of a container. *filescan.Client is one.
type FileSource interface {
	Files(containerID int) *filescan.Files
}

// refetchTimeout bounds one re-fetch with all its retries and the wait for its turn, since the sender is waiting.
const refetchTimeout = 30 * time.Second

// checkContainer refuses an event of an unexpected container, and an event without a container if one is required. With
// several containers to look in, one that does not say can only be judged by the API.
func (c *config) checkContainer(event *Event) *RequestError {
	switch {
	case event.Kind != FileScan, slices.Contains(c.containers, event.ContainerID):
	case event.ContainerID == 0 && c.files != nil:
		if len(c.containers) == 0 {
			return refuse(ReasonMalformed, "the callback names no container to fetch the file from: use WithContainers")
		}
	case len(c.containers) > 0:
		return &RequestError{Reason: ReasonContainer}
	}
	return nil
}

// refetch replaces the event of a job by what the API knows. Only the posted ids count.
func (h *Handler) refetch(j *job) (Reason, error) {
	if h.files == nil || j.event.Kind != FileScan {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(j.ctx, refetchTimeout)
	defer cancel()
	if h.fetches != nil {
		select {
		case h.fetches <- struct{}{}:
		case <-ctx.Done():
			return ReasonRefetch, fmt.Errorf("as many files are being fetched as there are workers: %w", ctx.Err())
		}
	}
	posted := j.event
	file, err := within(ctx, "the FileSource", func(ctx context.Context) (*filescan.File, error) {
		if h.fetches != nil {
			defer func() { <-h.fetches }() // when it is over, not when it is given up
		}
		return h.find(ctx, posted)
	}, nil)
	switch {
	case errors.Is(err, acrcloud.ErrNotFound):
		return ReasonNotFound, err
	case err != nil:
		return reasonOf(err, ReasonRefetch), err
	case !file.State.Done():
		return ReasonRefetch, fmt.Errorf("the API reports the file in state %v", file.State)
	}
	h.jobs.replace(j, &Event{
		Kind: FileScan, FileID: file.ID, ContainerID: file.ContainerID, State: file.State, Name: file.Name, Results: file.Results,
		Extra: file.Extra, Refetched: true, file: file,
	})
	return "", nil
}

// find gets a file from the container that its callback names, or else from the first that has it.
func (c *config) find(ctx context.Context, posted *Event) (file *filescan.File, err error) {
	containers := []int{posted.ContainerID}
	if posted.ContainerID == 0 {
		containers = c.containers
	}
	for _, id := range containers {
		if file, err = c.files.Files(id).Get(ctx, posted.FileID); !errors.Is(err, acrcloud.ErrNotFound) {
			break
		}
	}
	return file, err
}
