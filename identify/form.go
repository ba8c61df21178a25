package identify

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A form is the body of a request. It is built and signed again for each attempt, always has the same length, and does
// not copy the sample.
type form struct {
	client   *Client
	dataType DataType
	sample   *part // nil: none
	humming  []byte
	fields   []field
	boundary string

	mu         sync.Mutex
	signatures []string // of all attempts
}

// A part is the sample.
type part struct {
	size int64
	open func(ctx context.Context) (io.ReadCloser, error)
}

func newForm(c *Client, dataType DataType, fields []field) *form {
	return &form{client: c, dataType: dataType, fields: fields, boundary: "acrcloud-go-" + rand.Text()}
}

func (f *form) contentType() string { return "multipart/form-data; boundary=" + f.boundary }

// render returns what stands before the sample and after it.
func (f *form) render(at time.Time) (head, tail []byte, err error) {
	stamp := timestamp(at)
	signed := signature(identifyPath, f.client.key.Reveal(), f.client.secret.Reveal(), string(f.dataType), stamp)
	f.mu.Lock()
	f.signatures = append(f.signatures, signed)
	f.mu.Unlock()

	var buf bytes.Buffer
	buf.Grow(2048 + len(f.humming))
	w := multipart.NewWriter(&buf)
	fields := append([]field{
		{"access_key", f.client.key.Reveal()},
		{"data_type", string(f.dataType)},
		{"signature_version", signatureVersion},
		{"signature", signed},
		{"timestamp", stamp},
	}, f.fields...)
	if f.sample != nil {
		fields = append(fields, field{"sample_bytes", strconv.FormatInt(f.sample.size, 10)})
	}
	if f.humming != nil {
		fields = append(fields, field{"sample_hum_bytes", strconv.Itoa(len(f.humming))})
	}
	err = w.SetBoundary(f.boundary)
	for _, field := range fields {
		err = errors.Join(err, w.WriteField(field.name, field.value))
	}
	if f.humming != nil {
		_, failed := f.createPart(w, "sample_hum")
		buf.Write(f.humming)
		err = errors.Join(err, failed)
	}
	if f.sample != nil {
		_, failed := f.createPart(w, "sample")
		err = errors.Join(err, failed)
	}
	n := buf.Len()
	err = errors.Join(err, w.Close())
	return buf.Bytes()[:n:n], buf.Bytes()[n:], err
}

// createPart begins a part with content. The service uses the content alone and ignores the name.
func (f *form) createPart(w *multipart.Writer, name string) (io.Writer, error) {
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition(name, name))
	header.Set("Content-Type", "application/octet-stream")
	return w.CreatePart(header)
}

// length is the number of bytes of the whole body. Signatures are all of one length, and so are the times of this and the coming
// centuries.
func (f *form) length() (int64, error) {
	head, tail, err := f.render(time.Now())
	n := int64(len(head) + len(tail))
	if f.sample != nil {
		n += f.sample.size
	}
	return n, err
}

// open makes the body of one attempt.
func (f *form) open(ctx context.Context) (io.ReadCloser, error) {
	head, tail, err := f.render(time.Now())
	if err != nil {
		return nil, err
	}
	if f.sample == nil {
		return io.NopCloser(io.MultiReader(bytes.NewReader(head), bytes.NewReader(tail))), nil
	}
	content, err := f.sample.open(ctx)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), content, bytes.NewReader(tail)), content}, nil
}

// secrets are the signatures so far: each attempt has its own, and the service may repeat an earlier one.
func (f *form) secrets() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.signatures)
}
