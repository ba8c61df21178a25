package demo

import (
	"time"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// UnknownTrack returns a track that a mock with a single track does not recognise. It only generates audio.
func UnknownTrack(duration time.Duration) mock.Track {
	srv := mock.New()
	defer srv.Close()                               //nolint:errcheck // it has nothing to write
	srv.AddTrack(mock.Track{Duration: time.Second}) // the first tracks of two mocks sound the same
	return srv.AddTrack(mock.Track{Duration: duration})
}
