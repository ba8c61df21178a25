package console

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A RecordingRequest selects a part of a stream. [Play.Recorded] returns the one for a play.
type RecordingRequest struct {
	Start    time.Time     // when it was played, to the second
	Duration time.Duration // its length, in whole seconds
	Before   time.Duration // how much to include before it, in whole seconds
	After    time.Duration // how much to include after it, in whole seconds

	// MaxBytes is the largest recording that is accepted; 1 GiB unless set.
	MaxBytes int64
}

// maxRecording limits a recording: ten minutes of uncompressed audio are a tenth of it.
const maxRecording = 1 << 30

// A Recording describes a recording that was written.
type Recording struct {
	ContentType string // such as "audio/mpeg"; empty if unknown
	Filename    string // the service's name for it, without a folder; empty if unknown
	Bytes       int64
}

// recordTime is the format of a recording's time.
const recordTime = "20060102150405"

// Recorded returns the request for the play's recording. It uses RecordTimestamp if the play has one.
func (p *Play) Recorded() RecordingRequest {
	if p == nil {
		return RecordingRequest{}
	}
	r := RecordingRequest{Start: p.Start, Duration: p.PlayingTime()}
	if t, err := time.Parse(recordTime, p.RecordTimestamp); err == nil {
		r.Start = t
	}
	return r
}

func (r *RecordingRequest) query() (core.Query, error) {
	const field = "RecordingRequest."
	switch {
	case r.Start.IsZero():
		return core.Query{}, refuse(field+"Start", "is not set", "use Play.Recorded, or set the time of the play")
	case r.Start.Year() < 1000 || r.Start.Year() > 9999:
		return core.Query{}, refuse(field+"Start", "is out of range", "set the time of the play")
	case r.Duration <= 0:
		return core.Query{}, refuse(field+"Duration", "is not positive", "set it to the length of the play")
	case r.Before < 0 || r.After < 0:
		return core.Query{}, refuse(field+"Before", "or After is negative", "leave them zero for none")
	case r.MaxBytes < 0:
		return core.Query{}, refuse(field+"MaxBytes", "is negative", "leave it zero for 1 GiB")
	}
	if r.MaxBytes == 0 {
		r.MaxBytes = maxRecording
	}
	return core.Query{}.Text("timestamp_utc", r.Start.UTC().Format(recordTime)).Number("played_duration", wholeSeconds(r.Duration)).
		Number("record_before", wholeSeconds(r.Before)).Number("record_after", wholeSeconds(r.After)), nil
}

func (m monitored) recording(ctx context.Context, r RecordingRequest, w io.Writer) (*Recording, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	q, err := r.query()
	if err != nil {
		return nil, err
	}
	return m.download(ctx, m.action("recording", "/recordings", q), w, r.MaxBytes)
}

// download writes the content of a response to w.
func (g group) download(ctx context.Context, a action, w io.Writer, limit int64) (*Recording, error) {
	if checked.IsNil(w) {
		return nil, refuse("w", "is nil", "pass a file or another io.Writer")
	}
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	rec := &Recording{}
	req.Header = http.Header{"Accept": {"*/*"}} // as documented; errors are still JSON
	req.Stream = func(resp *transport.Response, body io.Reader) error { return rec.write(resp, body, w, limit) }
	if _, err := g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	return rec, nil
}

// write copies the content, unless it looks like an error page.
func (rec *Recording) write(resp *transport.Response, body io.Reader, w io.Writer, limit int64) error {
	in := bufio.NewReaderSize(body, 64<<10)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	rec.ContentType = text.Terminal(resp.Header.Get("Content-Type"))
	kind, _, err := mime.ParseMediaType(rec.ContentType)
	// A label alone proves nothing: that of a recording is not known, and PHP's default is text/html.
	if err == nil && isText(kind) && strings.HasPrefix(http.DetectContentType(head), "text/") || looksLikeText(head) {
		if resp.Body, err = io.ReadAll(io.LimitReader(in, 64<<10)); err != nil {
			return err
		}
		if err := transport.ConsoleError(resp); err != nil {
			return err
		}
		refused := transport.NotJSON(resp, nil)
		refused.Err = errors.New("the response is text, not the requested content")
		return refused
	}
	if len(head) == 0 {
		return &acrcloud.DecodeError{Err: errors.New("the content is empty")}
	}
	if _, parameters, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		if name := path.Base(strings.ReplaceAll(parameters["filename"], `\`, "/")); name != "." && name != "/" && name != ".." {
			rec.Filename = text.Terminal(name)
		}
	}
	rec.Bytes, err = io.Copy(w, io.LimitReader(in, limit))
	if err != nil {
		return fmt.Errorf("acrcloud: the content is incomplete: %w", err)
	}
	if _, err := in.ReadByte(); err == nil {
		return fmt.Errorf("acrcloud: the content is larger than %d bytes (RecordingRequest.MaxBytes): %w", limit, acrcloud.ErrTooLarge)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func isText(kind string) bool {
	return strings.HasPrefix(kind, "text/") || kind == "application/json" || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "xml")
}

// looksLikeText detects JSON and web pages, whatever their declared type.
func looksLikeText(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\uFEFF")), " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[' || head[0] == '<')
}
