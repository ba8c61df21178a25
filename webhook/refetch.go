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

// A FileSource gives access to the files of a container; 0 is its default. *filescan.Client is one.
type FileSource interface {
	Files(containerID int) *filescan.Files
}

// refetchTimeout bounds one re-fetch with all its retries, since the sender is waiting.
const refetchTimeout = 30 * time.Second

// expects reports whether the event may be of one of the containers. One that does not say can only be judged by the API.
func (c *config) expects(event *Event) bool {
	switch {
	case event.Kind != FileScan || len(c.containers) == 0:
		return true
	case event.ContainerID == 0:
		return c.files != nil
	}
	return slices.Contains(c.containers, event.ContainerID)
}

// refetch returns the event as the API knows it. Only the posted id counts, and the posted container if it is declared.
func (c *config) refetch(ctx context.Context, posted *Event) (*Event, *RequestError) {
	ctx, cancel := context.WithTimeout(ctx, refetchTimeout)
	defer cancel()
	containers := []int{0}
	switch {
	case slices.Contains(c.containers, posted.ContainerID):
		containers[0] = posted.ContainerID
	case len(c.containers) > 0:
		containers = c.containers
	}
	var err error
	for _, id := range containers {
		var file *filescan.File
		if file, err = c.files.Files(id).Get(ctx, posted.FileID); err == nil {
			return fetched(file)
		}
		if !errors.Is(err, acrcloud.ErrNotFound) {
			return nil, &RequestError{Reason: ReasonRefetch, Err: err}
		}
	}
	return nil, &RequestError{Reason: ReasonNotFound, Err: err}
}

func fetched(file *filescan.File) (*Event, *RequestError) {
	if !file.State.Done() {
		return nil, &RequestError{Reason: ReasonRefetch, Err: fmt.Errorf("the API says that the file is in state %v", file.State)}
	}
	return &Event{
		Kind: FileScan, FileID: file.ID, ContainerID: file.ContainerID, State: file.State, Name: file.Name, Results: file.Results,
		Extra: file.Extra, Refetched: true, file: file,
	}, nil
}
