package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A Ticket has what [BucketFiles.Resume] needs to settle an upload later, also in another process. Store it as JSON
// when [UploadOptions.OnTicket] is called. It holds no secret.
type Ticket struct {
	BucketID   int       `json:"bucket_id"`
	Title      string    `json:"title,omitempty"` // empty for imports without one
	DataType   DataType  `json:"data_type"`
	Time       time.Time `json:"time,omitzero"`         // right before the file is created, by the service's clock; zero if unknown
	UniqueName bool      `json:"unique_name,omitempty"` // as in UploadOptions
}

// newTicket checks a title.
func newTicket(field string, bucketID int, title string, dataType DataType, unique bool) (Ticket, error) {
	if title == "" {
		return Ticket{}, refuse(field, "is empty, and the source has no name", "give the file a title")
	}
	if err := core.CheckName(field, title); err != nil {
		return Ticket{}, err
	}
	if unique {
		if err := core.CheckUniqueName(field, title); err != nil {
			return Ticket{}, err
		}
	}
	return Ticket{BucketID: bucketID, Title: core.ValidName(title), DataType: dataType, UniqueName: unique}, nil
}

// Resume finds the file of an upload or import whose outcome is unknown, in this process or a later one. It calls GET
// /api/buckets/{bucket}/files, and creates nothing: if there is no such file, the error matches [acrcloud.ErrNotFound],
// and the content can be uploaded again.
//
// Call it when the upload's request is no longer running. Resume looks for the file for a few seconds. How long the
// service takes to list a new file is not known: after a crash, wait a minute or more to be safe.
//
// With [Ticket.UniqueName], Resume returns the file with the title. Without it, the file cannot be recognised: if files
// with that title were created since the ticket, the error matches [acrcloud.ErrOutcomeUnknown] and has them as
// candidates.
func (f *BucketFiles) Resume(ctx context.Context, t Ticket) (*BucketFile, error) {
	if err := f.group().ready(); err != nil {
		return nil, err
	}
	switch {
	case t.Title == "":
		return nil, refuse("Ticket.Title", "is empty", "without a title the file cannot be recognised: look for it in the bucket, and upload it again if it is missing")
	case t.BucketID != f.bucketID:
		return nil, refuse("Ticket.BucketID", fmt.Sprintf("is %d, but these are the files of bucket %d", t.BucketID, f.bucketID), "call Resume on the files of that bucket")
	}
	if _, err := newTicket("Ticket.Title", t.BucketID, t.Title, t.DataType, t.UniqueName); err != nil {
		return nil, err
	}
	return newFile{files: f, ticket: t, earlier: time.Now(), send: func(context.Context, again) (*BucketFile, error) {
		return nil, fmt.Errorf("%w: no file has this title: upload it again", acrcloud.ErrNotFound)
	}}.create(ctx)
}

// ErrNameNotUnique matches the error for a title that was promised to be unique, but is not. UploadError.Candidates has
// the files.
var ErrNameNotUnique = core.ErrNameNotUnique

// An UploadError says why an upload or import stopped. If it matches [acrcloud.ErrOutcomeUnknown], the file may exist:
// before you send it again, give Ticket to [BucketFiles.Resume], or check Candidates or the bucket.
type UploadError struct {
	Title      string
	Ticket     Ticket        // for BucketFiles.Resume
	Candidates []*BucketFile // files with that title; none is known to be this upload's
	Err        error         // what went wrong
}

func stoppedWith(t Ticket, err error) *UploadError {
	e := &UploadError{Title: t.Title, Ticket: t, Err: err}
	if doubt, ok := errors.AsType[*core.DoubtError[BucketFile]](err); ok {
		e.Candidates = settled(doubt.Things)
	}
	return e
}

// Error says why the upload stopped, and what to do if its outcome is unknown.
func (e *UploadError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "acrcloud: upload of %q to a bucket stopped: %s", e.Title, causeOf(e.Err))
	unsure := errors.Is(e.Err, acrcloud.ErrOutcomeUnknown)
	switch {
	case unsure && e.Ticket.UniqueName:
		b.WriteString(". The file may exist: call BucketFiles.Resume with the Ticket, or upload it again under the same title")
	case unsure:
		b.WriteString(". The file may exist, and a second upload may create it twice: look for it in the bucket first")
	case errors.Is(e.Err, ErrNameNotUnique):
		b.WriteString(". Use a title that no other upload has, or delete the files that are not wanted")
	}
	for i, f := range e.Candidates {
		if i == maxListed {
			fmt.Fprintf(&b, " and %d more", len(e.Candidates)-i)
			break
		}
		word := " or"
		if i == 0 {
			word = "; files with this title:"
		}
		fmt.Fprintf(&b, "%s %d", word, f.ID)
	}
	return text.Terminal(b.String())
}

// maxListed is how many candidates an error's text names.
const maxListed = 10

// Unwrap returns the cause.
func (e *UploadError) Unwrap() error { return e.Err }
