package acrcloud_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// frames repeats a frame header, each padded with filler to the size of a frame.
func frames(header string, size, n int) string {
	return strings.Repeat(header+strings.Repeat("\x55", size-len(header)), n)
}

// id3 is an ID3v2.4 tag around size bytes.
func id3(size int) string {
	return "ID3\x04\x00\x00" + string([]byte{byte(size >> 21 & 127), byte(size >> 14 & 127), byte(size >> 7 & 127), byte(size & 127)}) + strings.Repeat("\x01", size)
}

// oggPage is the first page of a stream, with one packet of less than 128 bytes.
func oggPage(packet string) string {
	return "OggS\x00\x02" + strings.Repeat("\x00", 8) + "\xDC\xC6\x23\x76" + strings.Repeat("\x00", 8) + fmt.Sprintf("\x01%c", len(packet)) + packet
}

// apeTag is an APEv2 tag at the beginning of a file.
func apeTag(size int) string {
	return "APETAGEX\xD0\x07\x00\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(size))) + "\x01\x00\x00\x00\x00\x00\x00\xA0" + zeros(8) + strings.Repeat("\x01", size) //nolint:gosec // small
}

func zeros(n int) string { return strings.Repeat("\x00", n) }

// rest is the end of a frame whose beginning is missing.
func rest(n int) string { return strings.Repeat("\x9C\x27\xE3", n/3+1)[:n] }

// asfObject is an object of a header of Windows Media.
func asfObject(size int) string {
	return asfMetadata + string(binary.LittleEndian.AppendUint64(nil, uint64(24+size))) + strings.Repeat("\x44", size) //nolint:gosec // small
}

// asfExtension is the object of the header that holds more objects.
func asfExtension(objects ...string) string {
	body := strings.Join(objects, "")
	return "\xB5\x03\xBF\x5F\x2E\xA9\xCF\x11\x8E\xE3\x00\xC0\x0C\x20\x53\x65" + string(binary.LittleEndian.AppendUint64(nil, uint64(46+len(body)))) +
		"\x11\xD2\xD3\xAB\xBA\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65\x06\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body //nolint:gosec // small
}

const (
	asfHeader   = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	asfOther    = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	asfExtended = "\xCB\xA5\xE6\x14\x72\xC6\x32\x43\x83\x99\xA9\x69\x52\x06\x5B\x5A\x80\x00\x00\x00\x00\x00\x00\x00" + // its size, with a stream in it
		"0123456789012345678901234567890123456789012345678901234567890123"
	asfStream   = "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65\x28\x00\x00\x00\x00\x00\x00\x00"
	asfAudio    = asfStream + "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	asfCommand  = asfStream + "\xC0\xCF\xDA\x59\xE6\x59\xD0\x11\xA3\xAC\x00\xA0\xC9\x03\x48\xF6"
	asfMetadata = "\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50"
	asfVideo    = asfStream + "\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
)

// asf is a Windows Media header around objects.
func asf(objects ...string) string {
	body := strings.Join(objects, "")
	size := binary.LittleEndian.AppendUint64(nil, uint64(30+len(body)))
	return asfHeader + string(size) + "\x05\x00\x00\x00\x01\x02" + body
}

const (
	mp3Frame    = "\xFF\xFB\x50\xC4" // 64 kbit/s at 44.1 kHz: 208 bytes
	mp3Size     = 208
	adtsFrame   = "\xFF\xF1\x50\x40\x1A\x9F\xFC" // 212 bytes
	adtsSize    = 212
	utf8Page    = "\xEF\xBB\xBF<!doctype html><html>"
	matroska    = "\x1A\x45\xDF\xA3\x01\x00\x00\x00\x00\x00\x00\x23\x42\x86\x81\x01\x42\xF7\x81\x01\x42\xF2\x81\x04\x42\xF3\x81\x08\x42\x82\x88matroska\x42\x87\x81\x04"
	webm        = "\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\xF7\x81\x01\x42\xF2\x81\x04\x42\xF3\x81\x08\x42\x82\x84webm\x42\x87\x81\x02\x42\x85\x81\x02"
	flacHead    = "fLaC\x00\x00\x00\x22\x12\x00\x12\x00"
	opusHead    = "OpusHead\x01\x01\x38\x01\x80\xBB\x00\x00\x00\x00\x00"
	speexHead   = "Speex   1.2rc1"
	vorbisHead  = "\x01vorbis\x00\x00\x00\x00\x01\x44\xAC\x00\x00"
	theoraHead  = "\x80theora\x03\x02\x01\x00\x04\x00\x04"
	oggFLACHead = "\x7FFLAC\x01\x00\x00\x01fLaC\x00\x00\x00\x22"
)

func TestDetectFormat(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		head string
		want acrcloud.Format
	}{
		// MPEG audio
		{"mp3", frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"mp3 with a checksum", frames("\xFF\xFA\x50\xC4", mp3Size, 5), acrcloud.FormatMP3},
		{"mp3 of variable rate", frames(mp3Frame, mp3Size, 1) + frames("\xFF\xFB\x90\xC4", 417, 1) + frames("\xFF\xFB\x92\xC4", 418, 2), acrcloud.FormatMP3},
		{"mp3 of MPEG-2", frames("\xFF\xF3\x80\xC4", 208, 3), acrcloud.FormatMP3},
		{"mp3 of MPEG-2.5", frames("\xFF\xE3\x18\xC4", 72, 3), acrcloud.FormatMP3},
		{"mp3 of the largest frames", frames("\xFF\xFB\xE8\xC4", 1440, 12), acrcloud.FormatMP3},
		{"mp3 of two frames", frames(mp3Frame, mp3Size, 2), acrcloud.FormatMP3},
		{"mp3, part of a frame", mp3Frame + "\x00\x00\x0A\x2C", acrcloud.FormatMP3},
		{"mp2", frames("\xFF\xFD\xE0\xC4", 1253, 3), acrcloud.FormatMP2},
		{"mp2 of MPEG-2", frames("\xFF\xF5\xE4\xC4", 960, 3), acrcloud.FormatMP2},

		// ID3v2
		{"mp3 after a tag", id3(35) + frames(mp3Frame, mp3Size, 3), acrcloud.FormatMP3},
		{"mp3 after two tags", id3(35) + id3(20) + frames(mp3Frame, mp3Size, 3), acrcloud.FormatMP3},
		{"mp3 after a tag with a footer", "ID3\x04\x00\x10\x00\x00\x00\x02\x01\x013DI\x04\x00\x10\x00\x00\x00\x02" + frames(mp3Frame, mp3Size, 3), acrcloud.FormatMP3},
		{"mp3 after a tag and padding", id3(35) + strings.Repeat("\x00", 100) + frames(mp3Frame, mp3Size, 1), acrcloud.FormatMP3},
		{"mp3 after a tag of a wrong size", id3(35) + "a few more bytes" + frames(mp3Frame, mp3Size, 3), acrcloud.FormatMP3},
		{"tag that fills the head", id3(acrcloud.DetectBytes), acrcloud.FormatMP3},
		{"tag and padding that fill the head", id3(100) + strings.Repeat("\x00", acrcloud.DetectBytes), acrcloud.FormatMP3},
		{"flac after a tag", id3(35) + flacHead, acrcloud.FormatFLAC},
		{"aac after a tag", id3(35) + frames("\xFF\xF1\x50\x40\x1A\x9F\xFC", 212, 3), acrcloud.FormatAAC},
		{"text after a tag", id3(35) + strings.Repeat("#!/bin/sh\n", 100), acrcloud.FormatUnknown},
		{"program after a tag", id3(35) + "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xFF\xFB\x50\xC4\x00\x00", acrcloud.FormatUnknown},
		{"text that begins with ID3", "ID3 tags are explained below", acrcloud.FormatUnknown},
		{"ID3 alone", "ID3", acrcloud.FormatUnknown},

		// AAC
		{"aac", frames("\xFF\xF1\x50\x40\x1A\x9F\xFC", 212, 3), acrcloud.FormatAAC},
		{"aac of MPEG-2 with a checksum", frames("\xFF\xF8\x50\x80\x1A\x9F\xFC", 212, 3), acrcloud.FormatAAC},
		{"aac, part of a frame", "\xFF\xF1\x50\x40\x1A\x9F\xFC\xDE", acrcloud.FormatAAC},
		{"aac with ADIF", "ADIF\x10\x03\xE8\x00\x10\x00", acrcloud.FormatAAC},

		// Other audio
		{"wav", "RIFF\xDE\x09\x04\x00WAVEfmt \x10\x00\x00\x00\x01\x00", acrcloud.FormatWAV},
		{"wav of unknown size", "RIFF\xFF\xFF\xFF\xFFWAVE", acrcloud.FormatWAV},
		{"rf64", "RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\x00\x00\x00", acrcloud.FormatWAV},
		{"bw64", "BW64\xFF\xFF\xFF\xFFWAVEds64\x1C\x00\x00\x00", acrcloud.FormatWAV},
		{"aiff", "FORM\x00\x04\x09\xC6AIFFCOMM\x00\x00\x00\x12", acrcloud.FormatAIFF},
		{"aiff-c", "FORM\x00\x04\x09\xC6AIFCFVER\x00\x00\x00\x04", acrcloud.FormatAIFF},
		{"flac", flacHead, acrcloud.FormatFLAC},
		{"flac with one block", "fLaC\x80\x00\x00\x22\x10\x00\x10\x00", acrcloud.FormatFLAC},
		{"ape", "MAC \x96\x0F\x00\x00\x34\x00\x00\x00", acrcloud.FormatAPE},
		{"amr", "#!AMR\n\x3C\x24\x02\x07", acrcloud.FormatAMR},
		{"amr wide band", "#!AMR-WB\n\x44\xFB\xCE", acrcloud.FormatAMR},
		{"amr of two channels", "#!AMR_MC1.0\n\x00\x00\x00\x02", acrcloud.FormatAMR},
		{"wma", asf(asfOther, asfAudio, asfOther) + "data", acrcloud.FormatWMA},

		// Ogg
		{"ogg vorbis", oggPage(vorbisHead) + "OggS\x00\x00", acrcloud.FormatOgg},
		{"ogg flac", oggPage(oggFLACHead), acrcloud.FormatOgg},
		{"ogg, codec not visible", oggPage("")[:27], acrcloud.FormatUnknown},
		{"opus", oggPage(opusHead) + "OggS\x00\x00", acrcloud.FormatOpus},
		{"speex", oggPage(speexHead) + "OggS\x00\x00", acrcloud.FormatSpeex},
		{"theora", oggPage(theoraHead) + oggPage(vorbisHead), acrcloud.FormatOGV},
		{"vorbis before theora", oggPage(vorbisHead) + oggPage(theoraHead), acrcloud.FormatOGV},
		{"skeleton before opus", oggPage("fishead\x00\x03\x00") + oggPage(opusHead), acrcloud.FormatOpus},
		{"ogg, packet sizes not visible", oggPage(opusHead)[:26] + "\x02\x13", acrcloud.FormatUnknown},
		{"ogg from the middle", "OggS\x00\x00" + strings.Repeat("\x01", 60), acrcloud.FormatUnknown},

		// MP4 and its family
		{"m4a", "\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2\x00\x00\x00\x08free", acrcloud.FormatM4A},
		{"m4a, a size of 64 bits", "\x00\x00\x00\x01ftyp\x00\x00\x00\x00\x00\x00\x00\x20M4A \x00\x00\x02\x00isomiso2\x00\x00\x00\x08free", acrcloud.FormatM4A},
		{"a size of 64 bits without a brand", "\x00\x00\x00\x01ftyp\x00\x00\x00\x00\x00\x00\x00\x10M4A ", acrcloud.FormatUnknown},
		{"m4b", "\x00\x00\x00\x18ftypM4B \x00\x00\x02\x00isomiso2", acrcloud.FormatM4A},
		{"mp4", "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41", acrcloud.FormatMP4},
		{"mp4 of version 2", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", acrcloud.FormatMP4},
		{"m4v", "\x00\x00\x00\x18ftypM4V \x00\x00\x00\x01isomavc1", acrcloud.FormatMP4},
		{"mp4 of a camera maker", "\x00\x00\x00\x1Cftypcaqv\x00\x00\x00\x01isommp42avc1", acrcloud.FormatMP4},
		{"mp4 of Nero", "\x00\x00\x00\x18ftypNDSC\x00\x00\x00\x01mp41mp42", acrcloud.FormatMP4},
		{"mov", "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  \x00\x00\x00\x08wide", acrcloud.FormatMOV},
		{"mov without ftyp", "\x00\x00\x0A\x6Cmoov\x00\x00\x00\x6Cmvhd\x00\x00\x00\x00", acrcloud.FormatMOV},
		{"mov that begins with wide", "\x00\x00\x00\x08wide\x00\x00\x76\xEEmdat\x00\x00", acrcloud.FormatMOV},
		{"mov of many GiB", "\x00\x00\x00\x01mdat\x00\x00\x00\x07\x00\x00\x00\x00", acrcloud.FormatMOV},
		{"3gp", "\x00\x00\x00\x1Cftyp3gp4\x00\x00\x02\x00isomiso23gp4", acrcloud.Format3GP},
		{"3g2", "\x00\x00\x00\x1Cftyp3g2a\x00\x01\x00\x003g2amp41isom", acrcloud.Format3GP},
		{"3gp of KDDI", "\x00\x00\x00\x14ftypkddi\x00\x00\x00\x003g2a", acrcloud.Format3GP},
		{"heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", acrcloud.FormatUnknown},
		{"heif", "\x00\x00\x00\x1Cftypmif1\x00\x00\x00\x00mif1heiciso8", acrcloud.FormatUnknown},
		{"avif", "\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miafMA1B", acrcloud.FormatUnknown},
		{"avif of an unknown maker", "\x00\x00\x00\x1Cftypabcd\x00\x00\x00\x00isomavifmiaf", acrcloud.FormatUnknown},
		{"canon raw", "\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", acrcloud.FormatUnknown},
		{"ftyp of nothing known", "\x00\x00\x00\x14ftypabcd\x00\x00\x00\x00efgh", acrcloud.FormatUnknown},
		{"ftyp that breaks off", "\x00\x00\x00\x18ftypis", acrcloud.FormatUnknown},
		{"ftyp without a brand", "\x00\x00\x00\x08ftyp", acrcloud.FormatUnknown},
		{"free space beyond the head", "\x00\x10\x00\x00free\x00\x00\x00\x00", acrcloud.FormatUnknown},
		{"box of a size that cannot be", "\x00\x00\x00\x04moov\x00\x00\x00\x00", acrcloud.FormatUnknown},
		{"text with moov in it", "the moov atom, explained", acrcloud.FormatUnknown},

		// Other video
		{"mkv", matroska, acrcloud.FormatMKV},
		{"webm", webm, acrcloud.FormatWebM},
		{"ebml of another type", strings.ReplaceAll(webm, "webm", "sqlt"), acrcloud.FormatUnknown},
		{"ebml that breaks off", matroska[:30], acrcloud.FormatUnknown},
		{"ebml that breaks off within a number", "\x1A\x45\xDF\xA3\x01\x00\x00", acrcloud.FormatUnknown},
		{"ebml of a huge size", "\x1A\x45\xDF\xA3\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x42\x86\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF", acrcloud.FormatUnknown},
		{"wmv", asf(asfOther, asfAudio, asfVideo), acrcloud.FormatWMV},
		{"wmv, video first", asf(asfVideo, asfAudio), acrcloud.FormatWMV},
		{"asf that goes on", asf(asfAudio, asfOther)[:100], acrcloud.FormatWMV},
		{"asf without streams", asf(asfOther), acrcloud.FormatWMV},
		{"asf with a broken object", asf(asfAudio, asfOther[:16]+strings.Repeat("\x00", 16)), acrcloud.FormatWMV},
		{"asf, guid alone", asfHeader, acrcloud.FormatWMV},
		{"avi", "RIFF\x98\xA8\x00\x00AVI LIST\xCA\x22\x00\x00hdrl", acrcloud.FormatAVI},
		{"flv", "FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00\x12", acrcloud.FormatFLV},
		{"mpg of MPEG-1", "\x00\x00\x01\xBA\x21\x00\x01\x00\x01\xA1\xA1\xAD", acrcloud.FormatMPEG},
		{"mpg of MPEG-2", "\x00\x00\x01\xBA\x44\x00\x04\x00\x04\x01", acrcloud.FormatMPEG},
		{"ts", frames("\x47\x40\x11\x10\x00\x42", 188, 4), acrcloud.FormatTS},
		{"ts cut within a packet", frames("\x47\x40\x11\x10\x00\x42", 188, 4)[:700], acrcloud.FormatTS},
		{"m2ts", frames("\x0D\x9E\xE2\x02\x47\x40\x11\x10", 192, 4), acrcloud.FormatTS},
		{"ts of one packet", frames("\x47\x40\x11\x10", 188, 1), acrcloud.FormatUnknown},
		{"ts out of step", frames("\x47\x40\x11\x10", 188, 3) + frames("\x48\x40\x11\x10", 188, 3), acrcloud.FormatUnknown},
		{"lines of 188 characters", frames("Gene ", 187, 10), acrcloud.FormatUnknown},

		// Players skip zeros, tags and part of a frame; so frames anywhere count if several follow each other.
		{"zeros before mp3", zeros(1000) + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"many zeros before mp3", zeros(500_000) + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"zeros before aac", zeros(1000) + frames(adtsFrame, adtsSize, 5), acrcloud.FormatAAC},
		{"zeros before ts", zeros(1000) + frames("\x47\x40\x11\x10\x00\x42", 188, 9), acrcloud.FormatTS},
		{"zeros before too few frames", zeros(1000) + frames(mp3Frame, mp3Size, 3), acrcloud.FormatUnknown},
		{"part of a frame before mp3", rest(mp3Size-1) + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"a byte before mp3", "\x9C" + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"part of a frame before too few", rest(mp3Size-1) + frames(mp3Frame, mp3Size, 3), acrcloud.FormatUnknown},
		{"part of a frame before mp2", rest(700) + frames("\xFF\xFD\xE0\xC4", 1253, 4), acrcloud.FormatMP2},
		{"part of a frame before aac", rest(100) + frames(adtsFrame, adtsSize, 5), acrcloud.FormatAAC},
		{"part of a packet before ts", rest(77) + frames("\x47\x40\x11\x10\x00\x42", 188, 8), acrcloud.FormatTS},
		{"part of a packet before too few", rest(77) + frames("\x47\x40\x11\x10\x00\x42", 188, 7), acrcloud.FormatUnknown},
		{"part of a packet before m2ts", rest(77) + frames("\x0D\x9E\xE2\x02\x47\x40\x11\x10", 192, 9), acrcloud.FormatTS},
		{"packets that carry nothing", frames("\x47\x40\x11\x00\x00\x42", 188, 20), acrcloud.FormatUnknown},
		{"lines of 188 characters with a G", frames("Gene 00?", 188, 20), acrcloud.FormatUnknown},
		{"ts with checksums", frames("\x47\x40\x11\x10\x00\x42", 204, 4), acrcloud.FormatTS},
		{"mp3 within a transport stream", rest(20) + frames("\x47\x40\x11\x10"+mp3Frame, 188, 20), acrcloud.FormatTS},
		{"headers of a server before mp3", "ICY 200 OK\r\nicy-br: 64\r\n\r\n" + frames(mp3Frame, mp3Size, 10), acrcloud.FormatMP3},
		{"text that quotes a few frames", "these are frames: " + frames(mp3Frame, mp3Size, 9), acrcloud.FormatUnknown},
		{"loas", frames("\x56\xE0\x40\x20", 67, 8), acrcloud.FormatAAC},
		{"loas, too few frames", frames("\x56\xE0\x40\x20", 67, 7), acrcloud.FormatUnknown},
		{"part of a frame before loas", rest(50) + frames("\x56\xE0\x40\x20", 67, 8), acrcloud.FormatAAC},
		{"loas out of step", frames("\x56\xE0\x40\x20", 68, 9), acrcloud.FormatUnknown},
		{"a tag as large as a cover, then mp3", id3(100_000) + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"a tag as large as a cover, then flac", id3(100_000) + flacHead, acrcloud.FormatFLAC},
		{"a tag, then wav", id3(35) + "RIFF\xDE\x09\x04\x00WAVEfmt ", acrcloud.FormatWAV},
		{"a large tag, then wav", id3(100_000) + "RIFF\xDE\x09\x04\x00WAVEfmt ", acrcloud.FormatWAV},
		{"an ape tag, then ape", apeTag(50) + "MAC \x96\x0F\x00\x00\x34\x00\x00\x00", acrcloud.FormatAPE},
		{"a large ape tag, then mp3", apeTag(100_000) + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"several tags, then mp3", id3(35) + apeTag(50) + id3(10) + frames(mp3Frame, mp3Size, 1), acrcloud.FormatMP3},
		{"a tag that claims too much, then mp3", strings.Replace(id3(35), "\x00\x00\x00\x23", "\x00\x7F\x00\x00", 1) + frames(mp3Frame, mp3Size, 5), acrcloud.FormatMP3},
		{"a tag that claims too much, then aac", strings.Replace(id3(35), "\x00\x00\x00\x23", "\x00\x7F\x00\x00", 1) + frames(adtsFrame, adtsSize, 5), acrcloud.FormatAAC},
		{"a tag, then an archive with mp3 in it", id3(35) + "PK\x03\x04" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},

		// A header of Windows Media that is larger than the head
		{"wma with a cover", asf(asfObject(100_000), asfAudio) + "data", acrcloud.FormatWMA},
		{"wma with a cover behind", asf(asfAudio, asfObject(100_000)) + "data", acrcloud.FormatWMA},
		{"wma with texts", asf(asfAudio, asfCommand), acrcloud.FormatWMA},
		{"wmv behind a cover", asf(asfAudio, asfObject(100_000), asfVideo), acrcloud.FormatWMV},
		{"wma with a cover in the extension", asf(asfExtension(asfObject(100_000)), asfAudio), acrcloud.FormatWMA},
		{"wmv declared in the extension", asf(asfAudio, asfExtension(asfObject(100), asfExtended+asfVideo)), acrcloud.FormatWMV},
		{"wma declared in the extension", asf(asfExtension(asfExtended + asfAudio)), acrcloud.FormatWMA},
		{"wma with a cover that is cut off", asf(asfAudio, asfObject(100_000))[:50_000], acrcloud.FormatWMV},

		// What holds frames and is no audio
		{"archive with mp3 in it", "PK\x03\x04\x0A\x00\x00\x00\x00\x00song.mp3" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"tar with mp3 in it", "song.mp3" + zeros(249) + "ustar\x00" + zeros(249) + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"picture with mp3 in it", "\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"program with aac in it", "MZ\x90\x00" + frames(adtsFrame, adtsSize, 20), acrcloud.FormatUnknown},
		{"page with mp3 in it", " \n<script>x</script>" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"page with a mark and mp3 in it", utf8Page + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"script with mp3 in it", "#!/bin/sh\nexit 0\n" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"flash with mp3 in it", "FWS\x06\x00\x00\x00\x00" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"heic with mp3 in it", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"icon with mp3 in it", "\x00\x00\x01\x00\x01\x00" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},
		{"zeros, then an archive with mp3 in it", zeros(100) + "PK\x03\x04" + frames(mp3Frame, mp3Size, 20), acrcloud.FormatUnknown},

		// Anything else
		{"nothing", "", acrcloud.FormatUnknown},
		{"zeros", strings.Repeat("\x00", acrcloud.DetectBytes), acrcloud.FormatUnknown},
		{"ones", strings.Repeat("\xFF", acrcloud.DetectBytes), acrcloud.FormatUnknown},
		{"utf-16 text, little endian", "\xFF\xFEH\x00e\x00l\x00l\x00o\x00", acrcloud.FormatUnknown},
		{"utf-16 text, big endian", "\xFE\xFF\x00H\x00e\x00l\x00l\x00o", acrcloud.FormatUnknown},
		{"html", "<!DOCTYPE html><html><head>", acrcloud.FormatUnknown},
		{"html with a mark", utf8Page, acrcloud.FormatUnknown},
		{"mark before a wav", "\xEF\xBB\xBFRIFF\xDE\x09\x04\x00WAVEfmt ", acrcloud.FormatUnknown},
		{"space before mp3", " " + frames(mp3Frame, mp3Size, 5), acrcloud.FormatUnknown},
		{"pdf", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", acrcloud.FormatUnknown},
		{"zip", "PK\x03\x04\x14\x00\x06\x00\x08\x00", acrcloud.FormatUnknown},
		{"png", "\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR", acrcloud.FormatUnknown},
		{"jpeg", "\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01", acrcloud.FormatUnknown},
		{"jpeg with exif", "\xFF\xD8\xFF\xE1\x1C\x45Exif\x00\x00", acrcloud.FormatUnknown},
		{"gif", "GIF89a\x40\x00\x40\x00\xF7\xFF\x00", acrcloud.FormatUnknown},
		{"webp", "RIFF\x24\x05\x00\x00WEBPVP8 ", acrcloud.FormatUnknown},
		{"elf", "\x7FELF\x02\x01\x01\x00\x00\x00", acrcloud.FormatUnknown},
		{"exe", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xFF\xFF\x00\x00", acrcloud.FormatUnknown},
		{"json", `{"data": []}`, acrcloud.FormatUnknown},
		{"text", "RIFF is a container format. WAVE is one use of it.", acrcloud.FormatUnknown},
		{"text about the mac", "MAC addresses are 48 bits long", acrcloud.FormatUnknown},
		{"log book of radio amateurs", "ADIF Export from N1MM\n<ADIF_VER:5>3.0.4", acrcloud.FormatUnknown},
		{"text about flac", "fLaC is the mark at the beginning", acrcloud.FormatUnknown},
		{"text about flv", "FLV\x01 is not enough", acrcloud.FormatUnknown},
		{"gzip", "\x1F\x8B\x08\x00\x00\x00\x00\x00", acrcloud.FormatUnknown},
		{"midi", "MThd\x00\x00\x00\x06\x00\x01", acrcloud.FormatUnknown},

		// Frame headers that cannot be
		{"mpeg, reserved version", frames("\xFF\xEB\x50\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, reserved layer", frames("\xFF\xE1\x50\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, layer I", frames("\xFF\xFF\x50\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, layer II of MPEG-2.5", frames("\xFF\xE5\x50\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, free bit rate", frames("\xFF\xFB\x00\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, bad bit rate", frames("\xFF\xFB\xF0\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, reserved sample rate", frames("\xFF\xFB\x5C\xC4", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, reserved emphasis", frames("\xFF\xFB\x50\xC6", mp3Size, 3), acrcloud.FormatUnknown},
		{"mpeg, no second frame", frames(mp3Frame, mp3Size+1, 3), acrcloud.FormatUnknown},
		{"mpeg, other sample rate in the second frame", frames(mp3Frame, mp3Size, 1) + frames("\xFF\xFB\x54\xC4", 192, 3), acrcloud.FormatUnknown},
		{"mpeg, no third frame", frames(mp3Frame, mp3Size, 2) + "TAGs", acrcloud.FormatUnknown},
		{"adts, no such sample rate", frames("\xFF\xF1\x74\x40\x1A\x9F\xFC", 212, 3), acrcloud.FormatUnknown},
		{"adts, frame of no size", frames("\xFF\xF1\x50\x40\x00\x1F\xFC", 212, 3), acrcloud.FormatUnknown},
		{"adts, no room for the checksum", frames("\xFF\xF0\x50\x40\x01\x1F\xFC", 8, 3), acrcloud.FormatUnknown},
		{"adts, no second frame", frames("\xFF\xF1\x50\x40\x1A\x9F\xFC", 213, 3), acrcloud.FormatUnknown},
		{"adts, header that changes", frames("\xFF\xF1\x50\x40\x1A\x9F\xFC", 212, 1) + frames("\xFF\xF1\x50\x80\x1A\x9F\xFC", 212, 3), acrcloud.FormatUnknown},
		{"adts, too short", "\xFF\xF1\x50\x40", acrcloud.FormatUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, acrcloud.DetectFormat([]byte(tt.head)))
		})
	}
}

// Noise must not pass for audio, whatever it begins with: the marks of MPEG audio, AAC and transport streams are short.
func TestDetectFormatNoise(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	head := make([]byte, acrcloud.DetectBytes)
	for i := range 3000 {
		_, _ = random.Read(head)
		switch i % 6 {
		case 1:
			head[0] = 0xFF
		case 2: // many marks
			for k := range head {
				if head[k] < 32 {
					head[k] = 0xFF
				}
			}
		case 3: // few different bytes
			for k := range head {
				head[k] = "\xFF\xFB\x90G\x00\xF1\x56\xE0"[head[k]&7]
			}
		case 4: // repetitions
			for k := 256; k < len(head); k++ {
				head[k] = head[k-256]
			}
		case 5: // text
			for k := range head {
				head[k] = ' ' + head[k]%95
			}
		}
		assert.Empty(t, acrcloud.DetectFormat(head), i%6)
	}
}

// A file is read to where its format is certain, and no further; that the reader fails is an error.
func TestReadFormat(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file string
		want acrcloud.Format
		read int
	}{
		"mp3":                           {frames(mp3Frame, mp3Size, 10_000), acrcloud.FormatMP3, acrcloud.DetectBytes},
		"a tag, then mp3":               {id3(1_000_000) + frames(mp3Frame, mp3Size, 1000), acrcloud.FormatMP3, 1_000_010 + 2*acrcloud.DetectBytes},
		"wma with a cover":              {asf(asfObject(300_000), asfAudio) + zeros(1_000_000), acrcloud.FormatWMA, 300_000 + 2*acrcloud.DetectBytes},
		"nothing but a tag":             {id3(100), acrcloud.FormatUnknown, 200},
		"nothing but a part of a tag":   {id3(100_000)[:50_000], acrcloud.FormatUnknown, 50_000},
		"nothing but a tag and padding": {id3(100) + zeros(100), acrcloud.FormatUnknown, 300},
		"nothing":                       {"", acrcloud.FormatUnknown, 0},
		"zeros":                         {zeros(2_000_000), acrcloud.FormatUnknown, 1<<20 + 2*acrcloud.DetectBytes},
	} {
		r := strings.NewReader(tt.file)
		got, err := acrcloud.ReadFormat(iotest.HalfReader(r))
		require.NoError(t, err, name)
		assert.Equal(t, tt.want, got, name)
		assert.LessOrEqual(t, len(tt.file)-r.Len(), tt.read, name)
	}
	broken := errors.New("broken")
	for _, file := range []string{"", id3(100), id3(100_000), id3(100_000)[:50_000], asf(asfObject(100_000), asfAudio)[:50_000], zeros(100_000), frames(mp3Frame, mp3Size, 2)} {
		_, err := acrcloud.ReadFormat(io.MultiReader(strings.NewReader(file), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	all := acrcloud.Formats()
	for i, f := range all {
		assert.True(t, f.Known(), f)
		assert.NotContains(t, all[:i], f)
	}
	assert.False(t, acrcloud.FormatUnknown.Known())
	assert.False(t, acrcloud.Format("exe").Known())
	assert.False(t, acrcloud.FormatUnknown.Video())

	audio := slices.DeleteFunc(acrcloud.Formats(), acrcloud.Format.Video)
	assert.Contains(t, audio, acrcloud.FormatM4A)
	assert.Contains(t, audio, acrcloud.FormatWMA)
	assert.NotContains(t, audio, acrcloud.FormatMP4)
	assert.Len(t, audio, 13)

	all[0] = "changed"
	assert.Equal(t, acrcloud.FormatMP3, acrcloud.Formats()[0], "the list is the caller's own")
}

func FuzzDetectFormat(f *testing.F) {
	for _, head := range []string{
		"", frames(mp3Frame, mp3Size, 3), frames("\xFF\xF1\x50\x40\x1A\x9F\xFC", 212, 3), id3(35) + flacHead, id3(10) + "x" + frames(mp3Frame, mp3Size, 3),
		oggPage("fishead\x00") + oggPage(opusHead) + oggPage(theoraHead), asf(asfOther, asfAudio), matroska, webm,
		"\x00\x00\x00\x08wide\x00\x00\x00\x1Cftypabcd\x00\x00\x00\x01isommp42avc1", frames("\x47\x40\x11\x10", 188, 4), frames("\x0D\x9E\xE2\x02\x47\x40\x11\x10", 192, 4),
		"RIFF\x98\xA8\x00\x00AVI LIST", "FORM\x00\x04\x09\xC6AIFF", "ADIF\x10\x03", "MAC \x96\x0F", "FLV\x01\x05\x00\x00\x00\x09", "\x00\x00\x01\xBA\x44",
	} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		format := acrcloud.DetectFormat(head)
		if format != acrcloud.FormatUnknown && !format.Known() {
			t.Fatalf("%q is not a known format", format)
		}
		whole, err := acrcloud.ReadFormat(bytes.NewReader(head))
		if err != nil || whole != format && (whole != acrcloud.FormatUnknown || format != acrcloud.FormatMP3) { // a tag and nothing else
			t.Fatalf("%q of the head, %q of the file, %v", format, whole, err)
		}
	})
}
