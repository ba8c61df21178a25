package console

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/multipart"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A DataType is the kind of content that is uploaded.
type DataType string

// The data types.
const (
	Audio         DataType = "audio"       // an audio or video file
	Fingerprint   DataType = "fingerprint" // a fingerprint that another ACRCloud tool has made
	typeAudioURL  DataType = "audio_url"
	typeCatalogue DataType = "acrid"
)

// UploadOptions are the options of an upload. The zero value uploads audio under the source's name.
type UploadOptions struct {
	DataType    DataType       // Audio unless set
	Title       string         // empty: the source's name
	UserDefined map[string]any // what results say about the file, such as "artist" and "isrc"
	OnProgress  func(Progress) // called while the content is sent, one call at a time; it must be quick

	// UniqueName declares that the title belongs to this upload only: no other content in the bucket has it, now or
	// later. If a file with the title exists, it is returned instead of a new one, in any state: it may be from an
	// earlier call, an earlier run of the program, or a request whose response was lost. So the upload can be repeated
	// after any error. If several files have the title, the error matches [ErrNameNotUnique] and has them as
	// candidates.
	//
	// Use a key of your own as the title that is unique for the content, of ASCII letters, digits, dots, hyphens and
	// underscores. Put text for people into UserDefined. Titles that differ only in blanks and underscores, or in white
	// space at the ends, count as the same.
	//
	// Within a Client, calls for one title wait for each other. Two Clients, or two processes, must not upload the same
	// title at the same time: both would find nothing, and both would create a file. How long the service takes to list
	// a new file is not known; if an earlier request may have created the file, the SDK looks for it for 4 seconds.
	// After a crash, continue with the [Ticket].
	UniqueName bool

	// OnTicket is called right before the request that creates the file. Store the [Ticket]: with it,
	// [BucketFiles.Resume] settles the upload after a crash. An error stops the upload before the request is sent.
	// OnTicket is not called if UniqueName found the file.
	OnTicket func(ctx context.Context, t Ticket) error

	// ResendIfUnsure retries the request, at most twice, if its outcome is unknown and no file with the title appears
	// within a few seconds. The file may then be created twice.
	ResendIfUnsure bool
}

// Progress is the progress of an upload.
type Progress struct {
	Attempt int   // 1, 2, …: after a failure the content is sent from its beginning
	Sent    int64 // bytes of the content in this attempt
	Total   int64 // bytes of the content
	Done    bool  // the service has the file
}

// Upload uploads content and returns the file, which the service then processes; see [BucketFiles.Wait]. Each upload
// creates a new file, unless UploadOptions.UniqueName finds an existing one. Stored files are billed.
//
// It calls GET and POST /api/buckets/{bucket}/files. The content is streamed in a form and never held in memory. The
// POST is retried only if the service cannot have accepted it: no connection was made, or the response was 429, or 503
// with a Retry-After. Even then, the SDK looks for the file by its title first. If the outcome of the POST is unknown,
// the SDK looks for the file by its title, and returns it only if UniqueName proves that it is this upload's; otherwise
// the error matches [acrcloud.ErrOutcomeUnknown]. The largest allowed size is not known.
//
// Errors found before anything is sent are of type [*acrcloud.ArgumentError] or [*acrcloud.SourceError]; later ones are
// of type [*UploadError].
func (f *BucketFiles) Upload(ctx context.Context, src acrcloud.Source, opts *UploadOptions) (*BucketFile, error) {
	if err := f.group().ready(); err != nil {
		return nil, err
	}
	u := &upload{files: f, opts: valueOf(opts)}
	if err := u.prepare(src.Name()); err != nil {
		return nil, err
	}
	content, err := src.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // it was only read
	if content.Size() < 0 {
		if err := content.Spool(ctx, maxSpool); err != nil {
			return nil, err
		}
	}
	u.content = content
	file, err := u.run(ctx)
	if err != nil {
		return nil, err
	}
	u.report(Progress{Attempt: max(u.attempt, 1), Sent: content.Size(), Total: content.Size(), Done: true})
	return file, nil
}

// maxSpool limits the temporary file for content of unknown size.
const maxSpool = 5 << 30

// An upload is one call of Upload.
type upload struct {
	files    *BucketFiles
	opts     UploadOptions
	content  *acrcloud.Content
	ticket   Ticket // without the time
	filename string
	user     string // user_defined, as it is sent
	attempt  int
}

// prepare checks the options and chooses the file's title. source is the name of the content.
func (u *upload) prepare(source string) (err error) {
	u.opts.DataType = cmp.Or(u.opts.DataType, Audio)
	if u.opts.DataType != Audio && u.opts.DataType != Fingerprint {
		return refuse("UploadOptions.DataType", "is neither Audio nor Fingerprint", "use one of these, or Import for content that the service has or fetches")
	}
	title := cmp.Or(u.opts.Title, source)
	if u.ticket, err = newTicket("UploadOptions.Title", u.files.bucketID, title, u.opts.DataType, u.opts.UniqueName); err != nil {
		return err
	}
	u.filename = core.ValidName(cmp.Or(source, title))
	if err := core.CheckName("Source", u.filename); err != nil {
		return err
	}
	if u.opts.UserDefined != nil {
		u.user, err = userDefinedText(u.opts.UserDefined)
	}
	return err
}

func (u *upload) run(ctx context.Context) (*BucketFile, error) {
	form := []multipart.Field{{Name: "title", Value: u.ticket.Title}, {Name: "data_type", Value: string(u.opts.DataType)}}
	if u.user != "" {
		form = append(form, multipart.Field{Name: "user_defined", Value: u.user})
	}
	body, err := multipart.New(form, multipart.File{Field: "file", Name: u.filename, ContentType: "application/octet-stream"})
	if err != nil {
		return nil, err
	}
	return newFile{
		files: u.files, ticket: u.ticket, onTicket: u.opts.OnTicket, resend: func() bool { return u.opts.ResendIfUnsure && u.content.Repeatable() },
		send: func(ctx context.Context, again again) (file *BucketFile, err error) {
			req, err := u.files.g.request(action{op: "bucket-files.upload", method: http.MethodPost, cost: transport.Billed})
			if err != nil {
				return nil, err
			}
			req.Header = http.Header{"Content-Type": {body.ContentType()}}
			req.Header.Set("Expect", "100-continue") // so that a refusal arrives before the content is sent
			req.Body, req.BeforeRetry, req.Check = u.body(body), again, core.Made(&file, idOfFile)
			_, err = u.files.g.api.Send(ctx, req)
			return file, err
		},
	}.create(ctx)
}

// body returns the form with the content.
func (u *upload) body(form *multipart.Form) *transport.Body {
	head := form.HeadLength()
	return &transport.Body{
		Length: form.Length(u.content.Size()), Upload: true, Repeatable: u.content.Repeatable,
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			r, err := u.content.NewReader(ctx)
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{form.Reader(r), r}, nil
		},
		OnSent: func(attempt int, sent int64) {
			u.attempt = attempt
			u.report(Progress{Attempt: attempt, Sent: min(max(sent-head, 0), u.content.Size()), Total: u.content.Size()})
		},
	}
}

func (u *upload) report(p Progress) {
	if u.opts.OnProgress != nil {
		u.opts.OnProgress(p)
	}
}

func idOfFile(f *BucketFile) string { return idText(f.ID) }

// A Remote is content that the service has or fetches itself. Make one with [AudioURL] or [CatalogueACRID].
type Remote struct {
	dataType DataType
	url      acrcloud.Secret // it may be signed
	acrid    string
}

// AudioURL is an audio or video file at an http, https or ftp URL.
func AudioURL(url string) Remote { return Remote{dataType: typeAudioURL, url: acrcloud.NewSecret(url)} }

// CatalogueACRID is a recording in ACRCloud's music, by its ACRID. Only the English documentation mentions it.
func CatalogueACRID(acrid string) Remote { return Remote{dataType: typeCatalogue, acrid: acrid} }

// ImportOptions are the options of an import.
type ImportOptions struct {
	Title       string         // empty: the service chooses
	UserDefined map[string]any // as in UploadOptions
	UniqueName  bool           // as in UploadOptions; it needs a Title

	// OnTicket is called right before the request that creates the file, as in UploadOptions.
	OnTicket func(ctx context.Context, t Ticket) error
}

// Import creates a file from content that the service has or fetches. It calls GET and POST
// /api/buckets/{bucket}/files; without a title only the latter. Each import creates a new file, unless
// ImportOptions.UniqueName finds an existing one. Stored files are billed. The POST is retried only if the service
// cannot have accepted it. If its outcome is unknown, the SDK looks for the file by its title, and returns it if
// UniqueName proves that it is this import's; otherwise the error, an [*UploadError], matches
// [acrcloud.ErrOutcomeUnknown].
func (f *BucketFiles) Import(ctx context.Context, remote Remote, opts *ImportOptions) (*BucketFile, error) {
	if err := f.group().ready(); err != nil {
		return nil, err
	}
	body, secret, err := remote.body()
	if err != nil {
		return nil, err
	}
	o := valueOf(opts)
	if o.Title == "" && o.UniqueName {
		return nil, refuse("ImportOptions.Title", "is empty, so it cannot be unique", "give the file a title")
	}
	t := Ticket{BucketID: f.bucketID, DataType: remote.dataType}
	if o.Title != "" {
		if t, err = newTicket("ImportOptions.Title", f.bucketID, o.Title, remote.dataType, o.UniqueName); err != nil {
			return nil, err
		}
		body["title"] = t.Title
	}
	if o.UserDefined != nil {
		body["user_defined"] = o.UserDefined
	}
	if _, err := core.JSON(body); err != nil {
		return nil, refuse("ImportOptions.UserDefined", "cannot be encoded as JSON: "+err.Error(), "use values that encoding/json accepts")
	}
	send := func(ctx context.Context, again again) (file *BucketFile, err error) {
		req, err := f.g.request(action{op: "bucket-files.import", method: http.MethodPost, cost: transport.Billed, body: body, secrets: secret})
		if err != nil {
			return nil, err
		}
		req.BeforeRetry, req.Check = again, core.Made(&file, idOfFile)
		_, err = f.g.api.Send(ctx, req)
		return file, err
	}
	return newFile{files: f, ticket: t, onTicket: o.OnTicket, send: send}.create(ctx)
}

func (r Remote) body() (fields, []string, error) {
	switch r.dataType {
	case typeCatalogue:
		if err := core.CheckTextID("Remote", r.acrid, "use Music.ACRID of a result"); err != nil {
			return nil, nil, err
		}
		return fields{"data_type": r.dataType, "acrid": r.acrid}, nil, nil
	case typeAudioURL:
		u, err := url.Parse(r.url.Reveal())
		if err != nil || u.Host == "" {
			break
		}
		switch strings.ToLower(u.Scheme) {
		case "http", "https", "ftp":
			return fields{"data_type": r.dataType, "url": r.url.Reveal()}, core.URLSecrets(u), nil
		}
	}
	return nil, nil, refuse("Remote", "is not content that the service can fetch", "use AudioURL with an http, https or ftp URL, or CatalogueACRID")
}

// again is called before a refused request is retried.
type again = func(ctx context.Context, waited time.Duration) error

// A newFile is one file to be created, exactly once; see [core.Creation].
type newFile struct {
	files    *BucketFiles
	ticket   Ticket
	onTicket func(context.Context, Ticket) error
	send     func(ctx context.Context, again again) (*BucketFile, error) // the request that creates it
	resend   func() bool                                                 // whether it may be retried if its outcome is unknown
	earlier  time.Time                                                   // when an earlier request for it ended; zero: there was none
}

// create creates the file, or returns the one that exists already.
func (n newFile) create(ctx context.Context) (file *BucketFile, err error) {
	t := n.ticket
	c := &core.Creation[BucketFile]{
		Made: func(f *BucketFile) (string, time.Time) { return strconv.Itoa(f.ID), f.CreatedAt },
		Ours: func(*BucketFile) error { return nil }, Send: n.send, Resend: n.resend, Earlier: n.earlier, Since: t.Time,
		Ready: func(ctx context.Context, now time.Time) error {
			if t.Time.IsZero() {
				t.Time = now
			}
			if n.onTicket != nil {
				return n.onTicket(ctx, t)
			}
			return nil
		},
	}
	if t.Title != "" {
		c.Look = n.files.search(t).Look
	}
	if t.UniqueName {
		file, err = c.DoAlone(ctx, n.files.client.names, fmt.Sprint(t.BucketID, " ", core.PlainName(t.Title)))
	} else {
		file, err = c.Do(ctx)
	}
	if err != nil {
		return nil, stoppedWith(t, err)
	}
	settle(file)
	return file, nil
}

// search returns the search for the files with the ticket's title, the newest first.
func (f *BucketFiles) search(t Ticket) core.NameSearch[BucketFile, int] {
	return core.NameSearch[BucketFile, int]{
		Name: t.Title, Unique: t.UniqueName, Key: func(f *BucketFile) int { return f.ID },
		Page: func(ctx context.Context, search string, number int) (*core.Page[BucketFile], time.Time, error) {
			page, now, err := f.page(ctx, ListBucketFilesOptions{PerPage: core.AllPerPage, Search: search, Order: "desc", Page: number})
			return (*core.Page[BucketFile])(page), now, err
		},
		Match: func(file *BucketFile, title string) bool { return core.PlainName(file.Title) == title },
	}
}
