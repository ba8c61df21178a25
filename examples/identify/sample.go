package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// sample returns 12 seconds of a track that the mock knows.
func sample(srv *mock.Server) acrcloud.Source {
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
	return acrcloud.FromBytes("sample.wav", track.WAV(time.Minute, time.Minute+identify.WindowDuration))
}

// broadcast returns three minutes of two tracks.
func broadcast(srv *mock.Server) io.Reader {
	first := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
	second := srv.AddTrack(mock.Track{Title: "Midnight Harbour", Artists: []string{"Birch", "Juniper"}})
	const header = 44
	wav := append(first.WAV(0, 80*time.Second), second.WAV(20*time.Second, 2*time.Minute)[header:]...)
	binary.LittleEndian.PutUint32(wav[4:], uint32(len(wav)-8))       //nolint:gosec // three minutes
	binary.LittleEndian.PutUint32(wav[40:], uint32(len(wav)-header)) //nolint:gosec // three minutes
	return bytes.NewReader(wav)
}

// shorten reduces a WAV file to the part that is analysed.
func shorten(src acrcloud.Source, path string) acrcloud.Source {
	if strings.EqualFold(filepath.Ext(path), ".wav") {
		return identify.Trim(src, identify.WindowDuration)
	}
	return src
}
