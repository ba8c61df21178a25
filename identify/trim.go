package identify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/audio"
)

// Trim returns the last seconds of a WAV file, the part that the service analyses: 12 are enough. A shorter file is unchanged. The
// source is read to its end when the result is used, in memory for the part that is kept, which must fit [MaxSampleBytes]. A source
// that is not WAV, and a duration that is not positive, are an [*acrcloud.SourceError] then.
//
//	sample := identify.Audio(identify.Trim(acrcloud.FromFile("long.wav"), identify.WindowDuration))
//
// For raw audio see [PCMFormat.Last].
func Trim(src acrcloud.Source, d time.Duration) acrcloud.Source {
	return acrcloud.NewSource(src.Name(), -1, func(ctx context.Context) (io.ReadCloser, error) {
		content, err := src.Open(ctx)
		if err != nil {
			return nil, err
		}
		defer content.Close() //nolint:errcheck // it was only read
		r, err := content.NewReader(ctx)
		if err != nil {
			return nil, err
		}
		defer r.Close() //nolint:errcheck // it was only read
		wav, err := audio.Tail(ctx, r, d, MaxSampleBytes)
		if err != nil {
			return nil, fmt.Errorf("cannot be trimmed: %w", err)
		}
		return io.NopCloser(bytes.NewReader(wav)), nil
	})
}
