package media_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/internal/media"
)

func be32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }
func be64(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

// mp3 is frames of a kind, each of that size.
func mp3(head string, size, frames int) string {
	return strings.Repeat(head+strings.Repeat("\x00", size-len(head)), frames)
}

func box(kind, body string) string { return be32(uint32(8+len(body))) + kind + body } //nolint:gosec // small

// page is one of an Ogg stream.
func page(serial uint32, position uint64, body string) string {
	p := "OggS\x00\x00" + string(binary.LittleEndian.AppendUint64(nil, position)) + string(binary.LittleEndian.AppendUint32(nil, serial)) + "\x00\x00\x00\x00\x00\x00\x00\x00"
	segments := bytes.Repeat([]byte{255}, len(body)/255)
	segments = append(segments, byte(len(body)%255))
	return p + string([]byte{byte(len(segments))}) + string(segments) + body //nolint:gosec // small
}

func vorbisHead(rate uint32) string {
	return "\x01vorbis\x00\x00\x00\x00\x02" + string(binary.LittleEndian.AppendUint32(nil, rate)) + strings.Repeat("\x00", 14)
}

// flac is the head of a file.
func flac(rate, samples uint64) string {
	return "fLaC\x80\x00\x00\x22" + strings.Repeat("\x00", 10) + be64(rate<<44|1<<41|15<<36|samples) + strings.Repeat("\x00", 16)
}

func TestDuration(t *testing.T) {
	t.Parallel()
	const (
		none   = 1<<64 - 1
		cbr128 = "\xFF\xFB\x90\x00" // MPEG 1, layer III, 44.1 kHz: 417 bytes, 1152 samples
		id3    = "ID3\x04\x00\x00\x00\x00\x00\x0a0123456789"
	)
	second := time.Second
	mp3Frames := func(n int) time.Duration { return time.Duration(n) * 1152 * time.Second / 44_100 }
	movie := func(version string, rate uint32, units string) string {
		if version == "\x00" {
			return box("moov", box("mvhd", version+"\x00\x00\x00"+strings.Repeat("\x00", 8)+be32(rate)+units+strings.Repeat("\x00", 80)))
		}
		return box("moov", box("mvhd", version+"\x00\x00\x00"+strings.Repeat("\x00", 16)+be32(rate)+units+strings.Repeat("\x00", 80)))
	}
	tests := map[string]struct {
		file string
		want time.Duration // 0: not known
	}{
		"MP3":                                {mp3(cbr128, 417, 100), mp3Frames(100)},
		"MP3 with tags":                      {id3 + mp3(cbr128, 417, 100) + "TAG" + strings.Repeat("\x00", 125), mp3Frames(100)},
		"MP3 with zeros behind it":           {mp3(cbr128, 417, 100) + strings.Repeat("\x00", 5000), mp3Frames(100)},
		"MP3 with a description":             {cbr128 + strings.Repeat("\x00", 32) + "Xing" + strings.Repeat("\x00", 417-40) + mp3(cbr128, 417, 50), mp3Frames(50)},
		"MP3 of several bit rates":           {mp3(cbr128, 417, 10) + mp3("\xFF\xFB\x52\x00", 209, 10), mp3Frames(20)}, // 64 kbit/s, padded
		"MP3 that was cut off":               {mp3(cbr128, 417, 10)[:417*10-5], mp3Frames(10)},
		"MPEG 2 layer III":                   {mp3("\xFF\xF3\x84\x00", 192, 10), 10 * 576 * second / 24_000},
		"MPEG 2.5 layer III":                 {mp3("\xFF\xE3\x88\x00", 576, 10), 10 * 576 * second / 8_000},
		"MPEG 1 layer II":                    {mp3("\xFF\xFD\x84\x00", 384, 10), 10 * 1152 * second / 48_000},
		"MP3 with something else in it":      {mp3(cbr128, 417, 10) + "something else" + mp3(cbr128, 417, 10), 0},
		"another rate in the middle":         {mp3(cbr128, 417, 10) + mp3("\xFF\xFB\x94\x00", 384, 10), 0},
		"one frame":                          {mp3(cbr128, 417, 1), 0},
		"two frames":                         {mp3(cbr128, 417, 2), mp3Frames(2)},
		"a free bit rate":                    {mp3("\xFF\xFB\x00\x00", 417, 10), 0},
		"a bit rate that there is not":       {mp3("\xFF\xFB\xF0\x00", 417, 10), 0},
		"a rate that there is not":           {mp3("\xFF\xFB\x9C\x00", 417, 10), 0},
		"a version that there is not":        {mp3("\xFF\xEB\x90\x00", 417, 10), 0},
		"FLAC":                               {flac(44_100, 44_100*90), 90 * second},
		"FLAC with a tag":                    {id3 + flac(96_000, 96_000*5/2), 2500 * time.Millisecond},
		"FLAC of a length that is not known": {flac(44_100, 0), 0},
		"FLAC of more than 2^32 samples":     {flac(192_000, 192_000*3600*10), 10 * time.Hour},
		"FLAC that was cut off":              {flac(44_100, 44_100)[:20], 0},
		"Vorbis":                             {page(7, 0, vorbisHead(44_100)) + page(7, 44_100, strings.Repeat("x", 300)) + page(7, 44_100*60, "x"), 60 * second},
		"Vorbis, and another stream":         {page(7, 0, vorbisHead(8_000)) + page(8, 0, "\x80theora") + page(7, 8_000, "x") + page(8, 99_999_999, "x"), second},
		"a page on which nothing ends":       {page(7, 0, vorbisHead(8_000)) + page(7, 8_000, "x") + page(7, none, "x"), second},
		"Opus":                               {page(7, 0, "OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00") + page(7, 312+48_000*4, "x"), 4 * second},
		"Opus shorter than its lead":         {page(7, 0, "OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00") + page(7, 12, "x"), 0},
		"FLAC in Ogg":                        {page(7, 0, "\x7fFLAC\x01\x00\x00\x01"+flac(48_000, 0)) + page(7, 48_000*3, "x"), 3 * second},
		"Ogg of something else":              {page(7, 0, "\x80theora") + page(7, 48_000, "x"), 0},
		"Ogg that was cut off":               {page(7, 0, vorbisHead(8_000)) + page(7, 16_000, "x") + page(7, 24_000, strings.Repeat("x", 300))[:100], 2 * second},
		"Ogg with something else in it":      {page(7, 0, vorbisHead(8_000)) + page(7, 16_000, "x") + strings.Repeat("x", 100), 0},
		"M4A":                                {box("ftyp", "M4A \x00\x00\x00\x00") + movie("\x00", 1000, be32(61_500)) + box("mdat", "x"), 61500 * time.Millisecond},
		"M4A with the movie at its end":      {box("ftyp", "M4A \x00\x00\x00\x00") + box("mdat", strings.Repeat("x", 100_000)) + movie("\x00", 600, be32(600*7)), 7 * second},
		"MP4 of version 1":                   {box("ftyp", "isom\x00\x00\x00\x00") + movie("\x01", 48_000, be64(48_000*12)), 12 * second},
		"MP4 with a long box":                {box("ftyp", "isom\x00\x00\x00\x00") + be32(1) + "mdat" + be64(16+5) + "01234" + movie("\x00", 1, be32(9)), 9 * second},
		"MP4 of a length that is not known":  {box("ftyp", "isom\x00\x00\x00\x00") + movie("\x00", 1000, be32(1<<32-1)), 0},
		"MP4 without a movie":                {box("ftyp", "isom\x00\x00\x00\x00") + box("mdat", "x"), 0},
		"a box that is too small":            {box("ftyp", "isom\x00\x00\x00\x00") + be32(7) + "mdat" + movie("\x00", 1, be32(9)), 0},
		"a box that is too large":            {box("ftyp", "isom\x00\x00\x00\x00") + be32(1) + "mdat" + be64(none) + movie("\x00", 1, be32(9)), 0},
		"a version of the future":            {box("ftyp", "isom\x00\x00\x00\x00") + movie("\x02", 1000, be32(1000)+strings.Repeat("\x00", 8)), 0},
		"no units in a second":               {box("ftyp", "isom\x00\x00\x00\x00") + movie("\x00", 0, be32(1000)), 0},
		"longer than time can say":           {box("ftyp", "isom\x00\x00\x00\x00") + movie("\x01", 1, be64(1<<62)), 0},
		"a text":                             {"just a text", 0},
		"nothing":                            {"", 0},
		"half a tag":                         {id3[:12], 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(tt.file), iotest.OneByteReader(strings.NewReader(tt.file))} {
				got, known := media.Duration(r)
				assert.InDelta(t, tt.want, got, 1)
				assert.Equal(t, tt.want > 0, known)
			}
		})
	}
}

// Whatever a file says of itself, its reader ends and allocates little.
func FuzzDuration(f *testing.F) {
	for _, seed := range []string{
		mp3("\xFF\xFB\x90\x00", 417, 3), flac(8_000, 8_000), page(7, 0, vorbisHead(8_000)) + page(7, 8_000, "x"),
		box("ftyp", "M4A \x00\x00\x00\x00") + box("moov", box("mvhd", strings.Repeat("\x00", 100))),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, known := media.Duration(bytes.NewReader(file))
		assert.Equal(t, known, got > 0)
		assert.GreaterOrEqual(t, got, time.Duration(0))
	})
}
