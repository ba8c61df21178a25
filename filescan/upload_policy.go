package filescan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// An UploadPolicy limits untrusted uploads. It is applied before anything is sent, to exactly the bytes that are sent. A refusal is an
// [*acrcloud.SourceError] whose cause is [acrcloud.ErrTooLarge], [ErrFormat] or
// [ErrInspection].
type UploadPolicy struct {
	MaxBytes int64             // the largest content; 0: no limit, except 5 GiB for content of unknown size
	Formats  []acrcloud.Format // the formats that are allowed, detected from the content; empty allows every known format. Fingerprints are not checked.

	// Inspect reads the content, as a virus scanner does, and returns an error to refuse it. It need not read to the end.
	Inspect func(ctx context.Context, name string, content io.Reader) error
}

// What an [UploadPolicy] refuses, besides [acrcloud.ErrTooLarge].
var (
	ErrFormat     = errors.New("is not in an allowed audio or video format")
	ErrInspection = errors.New("was refused by the upload policy's Inspect")
)

// maxSpool bounds the temporary file that content of unknown size is written to.
const maxSpool = 5 << 30

// prepare makes the content ready to be sent: its size is known, and it is what the policy, if any, allows.
func (p *UploadPolicy) prepare(ctx context.Context, content *acrcloud.Content, dataType DataType) error {
	if p == nil {
		if content.Size() < 0 {
			return content.Spool(ctx, maxSpool)
		}
		return nil
	}
	limit := int64(maxSpool)
	switch size := content.Size(); {
	case p.MaxBytes > 0 && size > p.MaxBytes:
		return &acrcloud.SourceError{Name: content.Name(), Want: p.MaxBytes, Got: size, Err: acrcloud.ErrTooLarge}
	case p.MaxBytes > 0:
		limit = p.MaxBytes
	case size > 0:
		limit = size
	}
	checkFormat := dataType != Fingerprint
	if content.Size() < 0 || checkFormat || p.Inspect != nil {
		if err := content.Spool(ctx, limit); err != nil {
			return err
		}
	}
	if checkFormat {
		if err := p.checkFormat(ctx, content); err != nil {
			return err
		}
	}
	return p.inspect(ctx, content)
}

func (p *UploadPolicy) checkFormat(ctx context.Context, content *acrcloud.Content) error {
	r, err := content.NewReader(ctx)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it was only read
	format, err := acrcloud.ReadFormat(r)
	switch {
	case err != nil:
		return err
	case format == acrcloud.FormatUnknown:
		return p.refuse(content, fmt.Errorf("%w: its first bytes are of none that is known", ErrFormat))
	case len(p.Formats) > 0 && !slices.Contains(p.Formats, format):
		names := make([]string, 0, len(p.Formats))
		for _, f := range p.Formats {
			names = append(names, string(f))
		}
		return p.refuse(content, fmt.Errorf("%w: it is %s, allowed are %s", ErrFormat, format, strings.Join(names, ", ")))
	}
	return nil
}

func (p *UploadPolicy) inspect(ctx context.Context, content *acrcloud.Content) error {
	if p.Inspect == nil {
		return nil
	}
	r, err := content.NewReader(ctx)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it was only read
	if err := p.Inspect(ctx, content.Name(), r); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		return p.refuse(content, fmt.Errorf("%w: %w", ErrInspection, err))
	}
	return ctx.Err()
}

func (p *UploadPolicy) refuse(content *acrcloud.Content, err error) error {
	return &acrcloud.SourceError{Name: content.Name(), Want: -1, Got: content.Size(), Err: err}
}
