package filescan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/multipart"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A DataType says what is uploaded.
type DataType string

// The data types that can be uploaded.
const (
	Audio       DataType = "audio"       // an audio or video file
	Fingerprint DataType = "fingerprint" // a fingerprint that another ACRCloud tool has made
)

// A Method says how content is uploaded.
type Method string

// The upload methods.
const (
	Auto      Method = ""          // Presigned, or Multipart where the service has no presigned upload for the container
	Presigned Method = "presigned" // the content goes to a storage URL, then a request makes the file; any size
	Multipart Method = "multipart" // all in one form; less than 500 MB
)

// maxMultipart is the size from which the service wants presigned uploads.
const maxMultipart = 500_000_000

// UploadOptions are the options of an upload. The zero value uploads audio under the source's name.
type UploadOptions struct {
	DataType   DataType       // Audio unless set
	Name       string         // the file's name in the container; empty: the source's
	Method     Method         // Auto unless set
	Policy     *UploadPolicy  // what content is allowed; nil: any
	OnProgress func(Progress) // called while the content is sent, one call at a time; it must be quick

	// ResendIfUnsure sends the creating request again where it is not known whether it was processed and no sign of the file is
	// found. The file may then be made, and billed, twice.
	ResendIfUnsure bool
}

// Upload uploads content and returns the file, which the service then processes; see [Files.Wait]. Each upload makes a new
// file and is billed.
//
// It calls GET /api/fs-containers/{container}/presigned-upload, PUT on the URL it gets, and POST
// /api/fs-containers/{container}/files; or only the last with a form. The content is streamed and never held in memory. The
// first two are retried. The last is sent once, unless the service cannot have accepted it; where its answer is lost the file
// is looked for by its name, and taken for this upload's only if exactly one is new. Otherwise the error matches
// [acrcloud.ErrOutcomeUnknown].
//
// What is wrong before anything is sent is an [*acrcloud.ArgumentError] or an [*acrcloud.SourceError]; whatever fails later is in an
// [*UploadError].
func (f *Files) Upload(ctx context.Context, src acrcloud.Source, opts *UploadOptions) (*File, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	u := &upload{files: f, filename: src.Name(), limit: maxMultipart}
	if opts != nil {
		u.opts = *opts
	}
	if err := u.checkOptions(); err != nil {
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

// Resume makes the file of an upload that stopped at [StepRecord], whose content is stored already, and returns it. It calls POST
// /api/fs-containers/{container}/files, and is billed. Where the error matches [acrcloud.ErrOutcomeUnknown], make sure first that
// the file does not exist: Resume would make it twice.
func (f *Files) Resume(ctx context.Context, stopped *UploadError) (*File, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if stopped == nil || stopped.Key == "" {
		return nil, &acrcloud.ArgumentError{Field: "UploadError.Key", Problem: "is empty", Remedy: "nothing is stored that could be resumed: upload again"}
	}
	base, err := f.base(ctx)
	if err != nil {
		return nil, err
	}
	u := &upload{files: f, filename: stopped.Name, opts: UploadOptions{DataType: orDefault(stopped.dataType, Audio), Name: stopped.display}}
	return u.record(ctx, base, stopped.Key)
}

// An upload is one call of Upload.
type upload struct {
	files    *Files
	opts     UploadOptions
	content  *acrcloud.Content
	filename string
	limit    int64 // of what fits into a form
	attempt  int   // of the transfer
}

func (u *upload) checkOptions() error {
	u.opts.DataType = orDefault(u.opts.DataType, Audio)
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
	u.filename = orDefault(u.filename, u.opts.Name)
	if u.filename == "" {
		return &acrcloud.ArgumentError{Field: "UploadOptions.Name", Problem: "is empty, and the source has no name", Remedy: "give the file a name"}
	}
	for _, name := range []string{u.filename, u.opts.Name} {
		if err := checkName("UploadOptions.Name", name); err != nil {
			return err
		}
	}
	return nil
}

func checkName(field, name string) error {
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return &acrcloud.ArgumentError{Field: field, Problem: "has a control character", Remedy: "give the file a name without line breaks and the like"}
	}
	return nil
}

func (u *upload) checkMultipart() error {
	if u.content.Size() < u.limit {
		return nil
	}
	return &acrcloud.ArgumentError{Field: "UploadOptions.Method", Problem: fmt.Sprintf("cannot be Multipart for %d bytes", u.content.Size()), Remedy: "the service takes less than 500 MB in a form: use Presigned, or Auto"}
}

func (u *upload) run(ctx context.Context) (*File, error) {
	root, err := u.files.root(ctx)
	if err != nil {
		return nil, u.stopped(StepPresign, "", err)
	}
	base := root + "/files"
	if u.opts.Method == Multipart || u.opts.Method == Auto && u.checkMultipart() == nil && u.files.client.direct.has(u.files.containerID) {
		return u.multipart(ctx, base)
	}
	target, err := u.presign(ctx, root)
	if err != nil {
		if u.opts.Method == Auto && u.lacksPresigned(ctx, err) {
			return u.multipart(ctx, base)
		}
		return nil, u.stopped(StepPresign, "", err)
	}
	if err := u.store(ctx, target); err != nil {
		return nil, u.stopped(StepStore, "", err)
	}
	return u.record(ctx, base, target.Key)
}

func (u *upload) stopped(step Step, key string, err error) *UploadError {
	return &UploadError{Step: step, Key: key, Name: u.filename, Err: err, dataType: u.opts.DataType, display: u.opts.Name}
}

// A target is where to send the content.
type target struct {
	URL     acrcloud.Secret   `json:"presigned_url"`
	Key     string            `json:"key"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
}

// presign asks for a URL to send the content to.
func (u *upload) presign(ctx context.Context, root string) (*target, error) {
	q := newQuery().text("filename", u.filename).text("content_type", contentType(u.filename))
	var t *target
	_, err := u.files.client.send(ctx, &transport.Request{
		Op: "files.presign", Cost: transport.Read, Method: http.MethodGet, URL: root + "/presigned-upload" + q.String(),
		SecretBody: true, Check: decodeOne(&t, func(t *target) bool { return !t.URL.IsZero() && t.Key != "" }, nil),
	})
	if err != nil {
		return nil, err
	}
	where, err := url.Parse(t.URL.Reveal())
	if err != nil || !u.files.client.hosts.mayStore(where) {
		return nil, &acrcloud.DecodeError{Op: "files.presign", StatusCode: http.StatusOK, Err: errors.New("the presigned URL is not https; nothing was sent to it")}
	}
	t.Method = orDefault(strings.ToUpper(t.Method), http.MethodPut)
	if t.Method != http.MethodPut && t.Method != http.MethodPost {
		return nil, &acrcloud.DecodeError{Op: "files.presign", StatusCode: http.StatusOK, Err: errors.New("the presigned URL wants neither PUT nor POST")}
	}
	return t, nil
}

// lacksPresigned reports whether the service has no presigned upload for a container that exists, and remembers it.
func (u *upload) lacksPresigned(ctx context.Context, err error) bool {
	if !errors.Is(err, acrcloud.ErrNotFound) || u.checkMultipart() != nil {
		return false
	}
	if _, err := u.files.client.Containers().Get(ctx, u.files.containerID); err != nil {
		return false
	}
	u.files.client.direct.add(u.files.containerID)
	return true
}

// store sends the content to the presigned URL: its exact length, the headers that came with the URL, no credentials.
func (u *upload) store(ctx context.Context, t *target) error {
	header := http.Header{}
	for name, value := range t.Headers {
		if !strings.EqualFold(name, "Host") && !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "Authorization") {
			header.Set(name, value)
		}
	}
	_, err := u.files.client.api.HTTP().Do(ctx, &transport.Request{
		Op: "files.store", Cost: transport.Storage, Method: t.Method, URL: t.URL.Reveal(), Header: header, SecretURL: true,
		Body: u.body(nil),
		Check: func(resp *transport.Response) error {
			if resp.OK() {
				return nil
			}
			e := &acrcloud.APIError{StatusCode: resp.StatusCode}
			if resp.StatusCode == http.StatusForbidden {
				e.Remedy = "The storage refused the presigned URL: it may have expired. Upload again."
			}
			return e
		},
	})
	return err
}

// record makes the file of stored content.
func (u *upload) record(ctx context.Context, base, key string) (*File, error) {
	body := map[string]any{"data_type": u.opts.DataType, "key": key, "filename": u.filename}
	if u.opts.Name != "" {
		body["name"] = u.opts.Name
	}
	data, err := jsonBody(body)
	if err != nil {
		return nil, err
	}
	always := func() bool { return true }
	return u.create(ctx, key, always, func(file **File) *transport.Request {
		req := &transport.Request{Op: "files.create", Cost: transport.Billed, Method: http.MethodPost, URL: base, Check: newFile(file)}
		setJSON(req, data)
		return req
	})
}

// multipart sends everything in one form.
func (u *upload) multipart(ctx context.Context, base string) (*File, error) {
	if err := u.checkMultipart(); err != nil {
		return nil, err
	}
	fields := []multipart.Field{{Name: "data_type", Value: string(u.opts.DataType)}}
	if u.opts.Name != "" {
		fields = append(fields, multipart.Field{Name: "name", Value: u.opts.Name})
	}
	form, err := multipart.New(fields, multipart.File{Field: "file", Name: u.filename, ContentType: contentType(u.filename)})
	if err != nil {
		return nil, err
	}
	return u.create(ctx, "", u.content.Repeatable, func(file **File) *transport.Request {
		header := http.Header{"Content-Type": {form.ContentType()}}
		header.Set("Expect", "100-continue") // a refusal comes before the content is sent
		return &transport.Request{
			Op: "files.upload", Cost: transport.Billed, Method: http.MethodPost, URL: base, Header: header, Body: u.body(form), Check: newFile(file),
		}
	})
}

// create sends the request that makes the file, exactly once; it could be sent again if repeatable says so.
func (u *upload) create(ctx context.Context, key string, repeatable func() bool, request func(**File) *transport.Request) (*File, error) {
	r := &record{
		files: u.files, name: orDefault(u.opts.Name, u.filename), dataType: string(u.opts.DataType),
		resend: func() bool { return u.opts.ResendIfUnsure && repeatable() },
		post: func(ctx context.Context) (file *File, err error) {
			_, err = u.files.client.send(ctx, request(&file))
			return file, err
		},
	}
	file, candidates, err := r.create(ctx)
	if err != nil {
		stopped := u.stopped(StepRecord, key, err)
		stopped.Candidates = candidates
		return nil, stopped
	}
	return file, nil
}

// body is the content, inside of the form if there is one.
func (u *upload) body(form *multipart.Form) *transport.Body {
	b := &transport.Body{
		Length: u.content.Size(), Upload: true, Repeatable: u.content.Repeatable,
		Open: func(ctx context.Context) (io.ReadCloser, error) { return u.content.NewReader(ctx) },
	}
	head := int64(0)
	if form != nil {
		head, b.Length = form.HeadLength(), form.Length(u.content.Size())
		b.Open = func(ctx context.Context) (io.ReadCloser, error) {
			r, err := u.content.NewReader(ctx)
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

func (u *upload) report(p Progress) {
	if u.opts.OnProgress != nil {
		u.opts.OnProgress(p)
	}
}

// contentTypes are those of the usual file names. The service looks at the content, not at this.
var contentTypes = map[string]string{
	".aac": "audio/aac", ".aif": "audio/aiff", ".aiff": "audio/aiff", ".amr": "audio/amr", ".ape": "audio/x-ape", ".flac": "audio/flac",
	".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".oga": "audio/ogg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".wma": "audio/x-ms-wma",
	".avi": "video/x-msvideo", ".flv": "video/x-flv", ".mkv": "video/x-matroska", ".mov": "video/quicktime", ".mp4": "video/mp4",
	".ts": "video/mp2t", ".webm": "video/webm", ".wmv": "video/x-ms-wmv",
}

func contentType(name string) string {
	return orDefault(contentTypes[strings.ToLower(path.Ext(name))], "audio/mpeg")
}
