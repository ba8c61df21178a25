package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// samples fills a folder with recordings, some of which the mock recognises.
func samples(srv *mock.Server, folder string) error {
	song := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	unknown := mock.New()
	defer unknown.Close() //nolint:errcheck // it only generates audio
	unknown.AddTrack(mock.Track{Title: "The first tracks of two mocks sound the same", Duration: time.Minute})
	other := unknown.AddTrack(mock.Track{Title: "Nobody's", Duration: 2 * time.Minute})
	errs := []error{os.Mkdir(folder, 0o700)}
	for i := range 6 {
		at := time.Duration(i*10) * time.Second
		errs = append(errs,
			os.WriteFile(filepath.Join(folder, fmt.Sprintf("known-%d.wav", i)), song.WAV(at, at+8*time.Second), 0o600),
			os.WriteFile(filepath.Join(folder, fmt.Sprintf("unknown-%d.wav", i)), other.WAV(at, at+8*time.Second), 0o600))
	}
	return errors.Join(errs...)
}
