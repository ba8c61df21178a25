package filescan

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
)

// A Ticket is all that is needed to settle an upload later, in another process too: store it as JSON when
// [UploadOptions.OnTicket] hands it out, and give it to [Files.Resume]. It holds no secret.
type Ticket struct {
	ContainerID int       `json:"container_id"`
	Filename    string    `json:"filename,omitempty"`    // as it is sent; empty for imports
	Name        string    `json:"name,omitempty"`        // the name to show instead of Filename, if there is one
	DataType    DataType  `json:"data_type"`             // of the new file
	Key         string    `json:"key,omitempty"`         // of the stored content; empty where nothing is stored: multipart uploads and imports
	Time        time.Time `json:"time,omitzero"`         // right before the file is created, by the service's clock; zero if unknown
	UniqueName  bool      `json:"unique_name,omitempty"` // as in UploadOptions
}

// fileName is the file's name in the container; empty: the service chooses.
func (t Ticket) fileName() string { return cmp.Or(t.Name, t.Filename) }

// Resume settles an upload that stopped at [StepRecord], in this process or an earlier one: it returns the file if it
// was created, and otherwise creates it from the stored content, exactly as the first time. The latter is billed. It
// calls GET /api/fs-containers/{container}/files and POST /api/fs-containers/{container}/files.
//
// Call it when the request of the upload is no longer under way: its context has ended, or its process is gone. Resume then looks for
// the file for a few seconds before it makes one. How long the service takes to list a new file is not known; after a crash, wait a
// minute or more to be on the safe side.
//
// With [Ticket.UniqueName], a file of the name is returned. Without it, no file can be recognised: if files of that name have been
// made since the ticket, nothing is sent, and the error matches [acrcloud.ErrOutcomeUnknown] and has them as candidates. One of them
// may be the upload's. Choose it, or upload again.
//
// A Ticket without a Key, of a multipart upload or an import, only finds the file; where it is not there, the error is
// [acrcloud.ErrNotFound]: upload it again, under the same name. Errors of the service are in an [*UploadError]. A Ticket that is
// empty, of another container, or with neither Key nor UniqueName is an [*acrcloud.ArgumentError].
func (f *Files) Resume(ctx context.Context, t Ticket) (*File, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if err := t.check(f.containerID); err != nil {
		return nil, err
	}
	base, err := f.base(ctx)
	if err != nil {
		return nil, stoppedAt(StepRecord, t, err)
	}
	n := newFile{files: f, ticket: t, earlier: time.Now(), send: f.recordStored(base, t)}
	if t.Key == "" {
		n.send = func(context.Context, again) (*File, error) {
			return nil, fmt.Errorf("%w: no file has the name, and no content is stored to make it of: upload it again", acrcloud.ErrNotFound)
		}
	}
	return n.create(ctx)
}

func (t Ticket) check(containerID int) error {
	refuse := func(field, problem, remedy string) error {
		return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
	}
	switch {
	case t == Ticket{}:
		return refuse("Ticket", "is empty", "use the one that UploadOptions.OnTicket got, or UploadError.Ticket of an upload that stopped at StepRecord")
	case t.ContainerID != containerID:
		return refuse("Ticket.ContainerID", fmt.Sprintf("is %d, but these are the files of container %d", t.ContainerID, containerID), "call Resume of that container's Files")
	case t.Key == "" && !t.UniqueName:
		return refuse("Ticket.Key", "is empty", "no content is stored, and the file cannot be recognised by its name: look for it in the container, and upload it again if it is not there")
	case t.fileName() == "":
		return refuse("Ticket.Filename", "is empty", "use the Ticket as it was handed out")
	case t.DataType == "":
		return refuse("Ticket.DataType", "is empty", "use the Ticket as it was handed out")
	}
	for _, name := range []string{t.Filename, t.Name} {
		if err := console.CheckName("Ticket.Name", name); err != nil {
			return err
		}
	}
	return nil
}

// ours reports why a file of the ticket's name cannot be the one that the ticket is for.
func (t Ticket) ours(f *File) error {
	switch {
	case f.ContainerID != 0 && f.ContainerID != t.ContainerID:
		return fmt.Errorf("%w: a file of container %d has it, which is not one of container %d", ErrNameNotUnique, f.ContainerID, t.ContainerID)
	case f.DataType == "", f.DataType == string(t.DataType):
		return nil
	case t.DataType == platforms && f.DataType != string(Audio) && f.DataType != string(Fingerprint) && f.DataType != audioURL:
		return nil // the service shows the platform
	}
	return fmt.Errorf("%w: a file of the type %q has it, not %q", ErrNameNotUnique, f.DataType, t.DataType)
}
