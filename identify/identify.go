package identify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Identify sends a sample and returns what the service recognises in it: POST /v1/identify. No match is a Result whose Matched is
// false, and never an error.
//
// The service analyses about 12 seconds of the sample, probably the last 12, so longer samples have no benefit. The
// SampleBeginTimeOffsetMS and SampleEndTimeOffsetMS of matches count from the beginning of these seconds, and
// PlayOffsetMS is the position in the recording at their end.
//
// Each call is billed by the service, and is retried only if the service cannot have accepted it: no connection was made, HTTP 429,
// 503 with Retry-After, or code 3015, too many requests per second, after which the whole client pauses for a second. Code 3000 is
// retried if RetryPolicy.RetryServiceErrors is set. Each attempt has a new signature.
//
// An invalid sample is an [*acrcloud.ArgumentError] or [*acrcloud.SourceError], and nothing is sent: an empty sample, more than
// [MaxSampleBytes], humming beside anything but a fingerprint, or a reserved field. A refusal of the service is an
// [*acrcloud.APIError] with its code, which matches [acrcloud.ErrCredentials] (3001, 3014), [acrcloud.ErrBadSample] (2004, 3016),
// [acrcloud.ErrQuotaExceeded] (3003, 3013), [acrcloud.ErrRateLimited] (3015), [acrcloud.ErrInvalid] (3002, 3006) and
// [acrcloud.ErrServer] (3000, 3011). A response without a status code, or of code 0 of which nothing that was recognised can be read, is
// an [*acrcloud.DecodeError]. That error, and the
// error for a missing response, also match [acrcloud.ErrOutcomeUnknown].
func (c *Client) Identify(ctx context.Context, sample Sample) (*Result, error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	if err := sample.check(); err != nil {
		return nil, err
	}
	f := newForm(c, sample.dataType(), sample.fields)
	switch sample.kind {
	case audioSample:
		p, closer, err := audioPart(ctx, sample.source)
		if err != nil {
			return nil, err
		}
		defer closer.Close() //nolint:errcheck // it was only read
		f.sample = p
	case pcmSample:
		f.sample = bytesPart(sample.format.layout().Header(int64(len(sample.data))), sample.data)
	case fingerprintSample:
		f.sample, f.humming = bytesPart(nil, sample.data), sample.humming
	default:
		f.humming = sample.humming
	}
	return f.send(ctx, "identify")
}

// send runs the request.
func (f *form) send(ctx context.Context, op string) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // before anything can be billed
	}
	length, err := f.length()
	if err != nil {
		return nil, err
	}
	c := f.client
	var result *Result
	_, err = c.http.Do(ctx, &transport.Request{
		Op: op, Cost: transport.Billed, Method: http.MethodPost, URL: c.url,
		Header:  http.Header{"Content-Type": {f.contentType()}},
		Body:    &transport.Body{Length: length, Open: f.open},
		Secrets: []string{c.key.Reveal(), c.secret.Reveal()}, MoreSecrets: f.secrets,
		Check: func(resp *transport.Response) (err error) {
			result, err = read(resp)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// read interprets a response. The code in the body counts, with any HTTP status; only responses without a code are judged by their
// status.
func read(resp *transport.Response) (*Result, error) {
	result, hasCode, err := readResult(resp.Body)
	switch {
	case err == nil && hasCode && (result.Status.Code == codeSuccess || result.Status.Code == codeNoResult):
		if unread := result.unread(); result.Status.Code == codeSuccess && !result.Matched() && unread != "" {
			return nil, transport.NotJSON(resp, fmt.Errorf("the service recognised something, but %s cannot be read", unread))
		}
		return &result, nil
	case err == nil && hasCode:
		return nil, transport.Refused(resp, result.Status.Code, result.Status.Msg)
	case !resp.OK():
		return nil, transport.ConsoleError(resp)
	case err == nil:
		err = errors.New("the response has no status code")
	}
	return nil, transport.NotJSON(resp, err)
}

// audioPart opens a source. A source that cannot be read twice is read into memory, for a second attempt: samples are small.
func audioPart(ctx context.Context, src acrcloud.Source) (*part, io.Closer, error) {
	if src.Size() == 0 {
		return nil, nil, emptySample("sample", src.Name())
	}
	if n := src.Size(); n > MaxSampleBytes {
		return nil, nil, tooLarge("sample", src.Name(), n)
	}
	content, err := src.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	if n := content.Size(); n > MaxSampleBytes {
		_ = content.Close()
		return nil, nil, tooLarge("sample", src.Name(), n)
	}
	if content.Fixed() {
		return &part{size: content.Size(), open: content.NewReader}, content, nil
	}
	data, err := readContent(ctx, content)
	if err != nil {
		_ = content.Close()
		return nil, nil, err
	}
	return bytesPart(nil, data), content, nil
}

func readContent(ctx context.Context, content *acrcloud.Content) ([]byte, error) {
	r, err := content.NewReader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // it was only read
	var buf bytes.Buffer
	if n := content.Size(); n > 0 {
		buf.Grow(int(n) + bytes.MinRead) // at most MaxSampleBytes
	}
	n, err := buf.ReadFrom(io.LimitReader(r, MaxSampleBytes+1))
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, emptySample("sample", content.Name())
	case n > MaxSampleBytes:
		return nil, tooLarge("sample", content.Name(), n)
	}
	return buf.Bytes(), nil
}

// bytesPart is a sample in memory, behind a header that may be nil.
func bytesPart(header, data []byte) *part {
	return &part{size: int64(len(header) + len(data)), open: func(context.Context) (io.ReadCloser, error) {
		if len(header) == 0 {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		return io.NopCloser(io.MultiReader(bytes.NewReader(header), bytes.NewReader(data))), nil
	}}
}
