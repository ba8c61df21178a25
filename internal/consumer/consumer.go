// Package consumer uses the SDK as other people's modules do: through its public packages, and with whatever it requires of them.
package consumer

import (
	"context"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A Scanner is what a service might depend on; the SDK's type fits without a wrapper.
type Scanner interface {
	Scan(ctx context.Context, src acrcloud.Source, opts *filescan.ScanOptions) (*filescan.File, error)
}

// Titles scans content and returns the titles of the music in it.
func Titles(ctx context.Context, s Scanner, src acrcloud.Source) ([]string, error) {
	file, err := s.Scan(ctx, src, nil)
	if err != nil || file.Results == nil {
		return nil, err
	}
	titles := make([]string, 0, len(file.Results.Music))
	for _, m := range file.Results.Music {
		titles = append(titles, m.Result.Title)
	}
	return titles, nil
}
