package filescan

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A target is where to send the content.
type target struct {
	URL     acrcloud.Secret   `json:"presigned_url"`
	Key     string            `json:"key"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
}

// presign asks for a URL to send the content to.
func (u *upload) presign(ctx context.Context, root string) (*target, error) {
	q := console.Query{}.Text("filename", u.ticket.Filename).Text("content_type", u.contentType)
	var t *target
	_, err := u.files.client.api.Send(ctx, &transport.Request{
		Op: "files.presign", Cost: transport.Read, Method: http.MethodGet, URL: root + "/presigned-upload" + q.String(),
		SecretBody: true, Check: console.One(&t, func(t *target) bool { return !t.URL.IsZero() && t.Key != "" }, nil),
	})
	if err != nil {
		return nil, err
	}
	where, err := url.Parse(t.URL.Reveal())
	if err != nil || !u.files.client.api.Hosts().MayStore(where) {
		return nil, &acrcloud.DecodeError{Op: "files.presign", StatusCode: http.StatusOK, Err: errors.New("the presigned URL is not https; nothing was sent to it")}
	}
	t.Method = cmp.Or(strings.ToUpper(t.Method), http.MethodPut)
	if t.Method != http.MethodPut && t.Method != http.MethodPost {
		return nil, &acrcloud.DecodeError{Op: "files.presign", StatusCode: http.StatusOK, Err: errors.New("the presigned URL wants neither PUT nor POST")}
	}
	for name, value := range t.Headers {
		if !canSend(name, value) {
			return nil, &acrcloud.DecodeError{Op: "files.presign", StatusCode: http.StatusOK, Err: errors.New("the presigned URL wants a header that HTTP cannot carry; nothing was sent to it")}
		}
	}
	return t, nil
}

// canSend reports whether a header can be sent: net/http finds out late, and with each attempt anew.
func canSend(name, value string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }) &&
		!strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
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
		Body: u.body(nil), Check: transport.StorageError,
	})
	return err
}

// recordStored returns the request that creates a file from stored content.
func (f *Files) recordStored(base string, t Ticket) func(context.Context, again) (*File, error) {
	return func(ctx context.Context, again again) (file *File, err error) {
		body := map[string]any{"data_type": t.DataType, "key": t.Key, "filename": t.Filename}
		if t.Name != "" {
			body["name"] = t.Name
		}
		data, err := console.JSON(body)
		if err != nil {
			return nil, err
		}
		req := &transport.Request{Op: "files.create", Cost: transport.Billed, Method: http.MethodPost, URL: base, Check: f.decodeFile(&file), BeforeRetry: again}
		console.SetJSON(req, data)
		_, err = f.client.api.Send(ctx, req)
		return file, err
	}
}

// contentTypes are those of the usual file names. The service examines the content and ignores this.
var contentTypes = map[string]string{
	".aac": "audio/aac", ".aif": "audio/aiff", ".aiff": "audio/aiff", ".amr": "audio/amr", ".ape": "audio/x-ape", ".flac": "audio/flac",
	".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".oga": "audio/ogg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".wma": "audio/x-ms-wma",
	".avi": "video/x-msvideo", ".flv": "video/x-flv", ".mkv": "video/x-matroska", ".mov": "video/quicktime", ".mp4": "video/mp4",
	".ts": "video/mp2t", ".webm": "video/webm", ".wmv": "video/x-ms-wmv",
}

func contentType(name string) string {
	return cmp.Or(contentTypes[strings.ToLower(path.Ext(name))], "audio/mpeg")
}
