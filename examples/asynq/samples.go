package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// samples fills a folder with recordings, some of which the mock recognises.
func samples(srv *mock.Server, folder string) error {
	song := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	unknown := demo.UnknownTrack(2 * time.Minute)
	errs := []error{os.Mkdir(folder, 0o700)}
	for i := range 6 {
		at := time.Duration(i*10) * time.Second
		errs = append(errs,
			os.WriteFile(filepath.Join(folder, fmt.Sprintf("known-%d.wav", i)), song.WAV(at, at+8*time.Second), 0o600),
			os.WriteFile(filepath.Join(folder, fmt.Sprintf("unknown-%d.wav", i)), unknown.WAV(at, at+8*time.Second), 0o600))
	}
	return errors.Join(errs...)
}
