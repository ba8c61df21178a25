package filescan

import (
	"cmp"
	"context"
	"io"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/multipart"
	"github.com/musicchartsai/acrcloud-go/internal/pace"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A DataType is the kind of content that is uploaded. The DataType of package identify has other values.
type DataType string

// The data types that can be uploaded.
const (
	Audio       DataType = "audio"       // an audio or video file
	Fingerprint DataType = "fingerprint" // a fingerprint that another ACRCloud tool has made
)

// A Method is a way to upload content.
type Method string

// The upload methods.
const (
	Auto      Method = ""          // Presigned, or Multipart where the service has no presigned upload for the container
	Presigned Method = "presigned" // the content goes to a storage URL, then a request makes the file; any size
	Multipart Method = "multipart" // all in one form; less than 500 MB
)

// UploadOptions are the options of an upload. The zero value uploads audio under the source's name.
type UploadOptions struct {
	DataType   DataType       // Audio unless set
	Name       string         // the file's name in the container; empty: the source's
	Method     Method         // Auto unless set
	Policy     *UploadPolicy  // what content is allowed; nil: any
	OnProgress func(Progress) // called while the content is sent, one call at a time; it must be quick

	// UniqueName promises that the file's name is this upload's alone: no other content in the container has it, now or later. Then
	// the name proves whose a file is. A file of that name is returned, not created again: one from an earlier call or
	// an earlier run of the program, in any state, or one whose creation got no response. So the upload can be repeated after any
	// error. Several files of the name, or one of another type, are an error that matches [ErrNameNotUnique] and has them as candidates.
	//
	// Use a key that is unique for the content, such as the id of a database row, of at most 200 ASCII letters, digits, dots, hyphens
	// and underscores. Names that differ in blanks, underscores or white space at the ends only are the
	// same name here, because the service has been seen to change them. Names that are not UTF-8 are refused. Both the file name and
	// the name to show are sent as this name.
	//
	// Calls for one name wait for each other within a Client. Two Clients, or two processes, must not upload the same
	// name at the same time: both would find nothing, and both would create a file. It is not known how long the
	// service takes to list a new file; the SDK looks for 4 seconds where an earlier request may have made the file.
	// After a crash, go on with the [Ticket].
	UniqueName bool

	// OnTicket is called right before the request that makes the file and is billed. Store the [Ticket]: with it, [Files.Resume]
	// settles the upload after a crash. An error stops the upload; nothing is billed. It is not called where UniqueName has found the
	// file. It must not itself upload or resume the same unique name with this Client: that call would wait for this one.
	OnTicket func(ctx context.Context, t Ticket) error

	// ResendIfUnsure retries the creating request, at most twice, if it is not known whether it was processed and no
	// file of the name appears within some seconds. The file may then be created, and billed, twice: without UniqueName
	// if the service lists it later than that, and with UniqueName, too, but then the next upload of the name reports
	// it.
	ResendIfUnsure bool
}

// Upload uploads content and returns the file, which the service then processes; see [Files.Wait]. Each upload creates
// a new file and is billed, unless [UploadOptions.UniqueName] finds the file that was created before.
//
// It calls GET /api/fs-containers/{container}/presigned-upload, PUT on the URL it gets, GET /api/fs-containers/{container}/files, and
// POST /api/fs-containers/{container}/files; or only the last two, with a form. The content is streamed and never held in memory. All
// but the POST are retried. The POST is sent once, unless the service cannot have accepted it: no connection was made, or it responded
// with 429, or with 503 and a Retry-After. Even then the file is looked up by its name first.
//
// If the POST may have been processed although it did not succeed, the file is looked up by its name. It is returned only where
// UniqueName proves that it is this upload's. Otherwise the error matches [acrcloud.ErrOutcomeUnknown].
//
// A problem found before anything is sent is an [*acrcloud.ArgumentError] or an [*acrcloud.SourceError]. A later failure is in an
// [*UploadError].
func (f *Files) Upload(ctx context.Context, src acrcloud.Source, opts *UploadOptions) (*File, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	u := &upload{files: f, limit: maxMultipart}
	if opts != nil {
		u.opts = *opts
	}
	if err := u.prepare(src.Name()); err != nil {
		return nil, err
	}
	content, err := src.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // it was only read
	u.content = content
	if err := u.opts.Policy.prepare(ctx, content, u.opts.DataType); err != nil {
		return nil, err
	}
	if u.opts.Method == Multipart {
		if err := u.checkMultipart(); err != nil {
			return nil, err
		}
	}
	file, err := u.run(ctx)
	if err != nil {
		return nil, err
	}
	u.report(Progress{Attempt: max(u.attempt, 1), Sent: content.Size(), Total: content.Size(), Done: true})
	return file, nil
}

// An upload is one call of Upload.
type upload struct {
	files       *Files
	opts        UploadOptions
	content     *acrcloud.Content
	ticket      Ticket // without the key and the time
	contentType string
	limit       int64 // of what fits into a form
	attempt     int   // of the transfer
}

// prepare checks the options and decides the file's names. source is the name of the content.
func (u *upload) prepare(source string) error {
	u.opts.DataType = cmp.Or(u.opts.DataType, Audio)
	if u.opts.DataType != Audio && u.opts.DataType != Fingerprint {
		return &acrcloud.ArgumentError{Field: "UploadOptions.DataType", Problem: "is neither Audio nor Fingerprint", Remedy: "use one of these; Import is for content that the service fetches"}
	}
	switch u.opts.Method {
	case Auto, Presigned, Multipart:
	default:
		return &acrcloud.ArgumentError{Field: "UploadOptions.Method", Problem: "is unknown", Remedy: "use Auto, Presigned or Multipart"}
	}
	if p := u.opts.Policy; p != nil && p.MaxBytes < 0 {
		return &acrcloud.ArgumentError{Field: "UploadPolicy.MaxBytes", Problem: "is negative", Remedy: "use 0 for no limit"}
	}
	t := Ticket{ContainerID: u.files.containerID, Filename: cmp.Or(source, u.opts.Name), Name: u.opts.Name, DataType: u.opts.DataType, UniqueName: u.opts.UniqueName}
	if t.Filename == "" {
		return &acrcloud.ArgumentError{Field: "UploadOptions.Name", Problem: "is empty, and the source has no name", Remedy: "give the file a name"}
	}
	if err := console.CheckName("UploadOptions.Name", t.Filename); err != nil {
		return err
	}
	if err := console.CheckName("UploadOptions.Name", t.Name); err != nil {
		return err
	}
	u.contentType = contentType(t.Filename)
	if t.UniqueName {
		if err := console.CheckUniqueName("UploadOptions.Name", t.fileName()); err != nil {
			return err
		}
		t.Filename = t.fileName() // whichever the service shows, it is the one that is looked for
	}
	t.Filename, t.Name = console.ValidName(t.Filename), console.ValidName(t.Name)
	u.ticket = t
	return nil
}

// worthALook is the size from which it pays to look for a unique name before the transfer, too.
const worthALook = 1 << 20

func (u *upload) run(ctx context.Context) (*File, error) {
	root, err := u.files.root(ctx)
	if err != nil {
		return nil, stoppedAt(StepPresign, u.ticket, err)
	}
	base := root + "/files"
	if u.opts.Method == Multipart || u.opts.Method == Auto && u.checkMultipart() == nil && u.files.client.direct.has(u.files.containerID) {
		return u.multipart(ctx, base)
	}
	if u.ticket.UniqueName && u.content.Size() >= worthALook { // a batch that runs again need not transfer existing content
		file, err := newFile{files: u.files, ticket: u.ticket}.creation().Find(ctx)
		if err != nil {
			return nil, stoppedAt(StepPresign, u.ticket, err)
		}
		if file != nil {
			return file, nil
		}
	}
	target, err := u.presign(ctx, root)
	if err != nil {
		if u.opts.Method == Auto && u.lacksPresigned(ctx, err) {
			return u.multipart(ctx, base)
		}
		return nil, stoppedAt(StepPresign, u.ticket, err)
	}
	if err := u.store(ctx, target); err != nil {
		return nil, stoppedAt(StepStore, u.ticket, err)
	}
	stored := u.ticket
	stored.Key = target.Key
	return newFile{
		files: u.files, ticket: stored, onTicket: u.opts.OnTicket, send: u.files.recordStored(base, stored),
		resend: func() bool { return u.opts.ResendIfUnsure },
	}.create(ctx)
}

// body is the content, inside of the form if there is one.
func (u *upload) body(form *multipart.Form) *transport.Body {
	b := &transport.Body{
		Length: u.content.Size(), Upload: true, Repeatable: u.content.Repeatable,
		Open: u.reader,
	}
	head := int64(0)
	if form != nil {
		head, b.Length = form.HeadLength(), form.Length(u.content.Size())
		b.Open = func(ctx context.Context) (io.ReadCloser, error) {
			r, err := u.reader(ctx)
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{form.Reader(r), r}, nil
		}
	}
	b.OnSent = func(attempt int, sent int64) {
		u.attempt = attempt
		u.report(Progress{Attempt: attempt, Sent: min(max(sent-head, 0), u.content.Size()), Total: u.content.Size()})
	}
	return b
}

// reader returns the content at the pace at which it is sent.
func (u *upload) reader(ctx context.Context) (io.ReadCloser, error) {
	r, err := u.content.NewReader(ctx)
	if err != nil {
		return nil, err
	}
	return pace.Reader(ctx, r), nil
}

func (u *upload) report(p Progress) {
	if u.opts.OnProgress != nil {
		u.opts.OnProgress(p)
	}
}
