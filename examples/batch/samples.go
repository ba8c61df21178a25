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

// samples makes a folder of recordings. The mock recognises some of them.
func samples(srv *mock.Server) (folder string, remove func(), err error) {
	folder, err = os.MkdirTemp("", "recordings")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) }
	song := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	unknown := demo.UnknownTrack(2 * time.Minute)
	var errs []error
	put := func(name string, content []byte) {
		path := filepath.Join(folder, name)
		errs = append(errs, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600))
	}
	for i := range 6 {
		at := time.Duration(i*10) * time.Second
		put(fmt.Sprintf("known/%d.wav", i), song.WAV(at, at+time.Duration(4+4*i)*time.Second))
		put(fmt.Sprintf("unknown/%d.wav", i), unknown.WAV(at, at+8*time.Second))
	}
	put("notes.txt", []byte("not a recording: it is skipped"))
	put("empty.wav", nil)
	if err := errors.Join(errs...); err != nil {
		remove()
		return "", nil, err
	}
	return folder, remove, nil
}
