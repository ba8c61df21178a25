package acrcloud

import (
	"io"
	"slices"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/media"
)

// A Format is a container format for audio or video, as [DetectFormat] and [ReadFormat] name it. Its text is the usual file name extension.
type Format string

// The formats that are detected.
const (
	FormatUnknown Format = "" // none of these

	FormatMP3   Format = "mp3"  // MPEG audio, layer III
	FormatMP2   Format = "mp2"  // MPEG audio, layer II
	FormatAAC   Format = "aac"  // AAC without a container: ADTS, ADIF or LOAS
	FormatM4A   Format = "m4a"  // MP4 that is marked as audio; M4B too
	FormatWAV   Format = "wav"  // also RF64 and BW64, with any codec
	FormatAIFF  Format = "aiff" // also AIFF-C
	FormatFLAC  Format = "flac" // FLAC's own container; FLAC within Ogg is FormatOgg
	FormatAPE   Format = "ape"  // Monkey's Audio
	FormatOgg   Format = "ogg"  // Ogg with Vorbis, FLAC or another audio codec
	FormatOpus  Format = "opus" // Ogg with Opus
	FormatSpeex Format = "spx"  // Ogg with Speex
	FormatAMR   Format = "amr"  // narrow or wide band
	FormatWMA   Format = "wma"  // Windows Media (ASF) in which only audio is declared

	FormatMP4  Format = "mp4"  // also with audio alone, unless it is marked as M4A
	FormatMOV  Format = "mov"  // QuickTime
	Format3GP  Format = "3gp"  // also 3G2
	FormatMKV  Format = "mkv"  // Matroska; MKA too
	FormatWebM Format = "webm" //
	FormatWMV  Format = "wmv"  // any other Windows Media (ASF)
	FormatAVI  Format = "avi"  //
	FormatFLV  Format = "flv"  // Flash Video
	FormatTS   Format = "ts"   // MPEG transport stream; M2TS too
	FormatMPEG Format = "mpg"  // MPEG program stream
	FormatOGV  Format = "ogv"  // Ogg with video
)

// DetectBytes is how much of the beginning of a file [DetectFormat] should be given. With less it is less certain.
const DetectBytes = media.HeadBytes

// Formats returns every known format, audio first. An allow-list for audio only is
//
//	slices.DeleteFunc(acrcloud.Formats(), acrcloud.Format.Video)
//
// ACRCloud's own list ends in "and so on". It names all of these but AIFF, MOV, 3GP, MPG and OGV, which are near relatives.
func Formats() []Format {
	return []Format{
		FormatMP3, FormatMP2, FormatAAC, FormatM4A, FormatWAV, FormatAIFF, FormatFLAC, FormatAPE, FormatOgg, FormatOpus, FormatSpeex, FormatAMR, FormatWMA,
		FormatMP4, FormatMOV, Format3GP, FormatMKV, FormatWebM, FormatWMV, FormatAVI, FormatFLV, FormatTS, FormatMPEG, FormatOGV,
	}
}

// Known reports whether f is one of [Formats].
func (f Format) Known() bool { return slices.Contains(Formats(), f) }

// Video reports whether files of the format may hold moving pictures. They may hold audio alone, too.
func (f Format) Video() bool {
	switch f {
	case FormatMP4, FormatMOV, Format3GP, FormatMKV, FormatWebM, FormatWMV, FormatAVI, FormatFLV, FormatTS, FormatMPEG, FormatOGV:
		return true
	}
	return false
}

// DetectFormat detects the format of a file by its first bytes, [DetectBytes] of them or more; the name plays no part. It returns
// [FormatUnknown] for everything else, such as text, pictures, archives, programs and raw PCM. It says what a file is, not that it is
// sound: the rest of the file may be damaged.
//
// Tags before the audio are skipped, and so are zeros or part of a frame before MPEG audio, AAC and transport streams, as players do it.
// Frames that do not begin at the beginning count only if several follow each other.
//
// A tag or a header with a cover may be larger than the head. Where nothing but a tag is visible, it is taken for MP3, and where not all
// of the header of Windows Media is visible, for video. [ReadFormat] is exact there too.
func DetectFormat(head []byte) Format { return Format(media.Detect(head)) }

// ReadFormat is [DetectFormat] for a file that can be read to its end. It reads no more than it needs: [DetectBytes], as a rule, after
// tags of any size. The error is that of r; a nil r is an [*ArgumentError].
func ReadFormat(r io.Reader) (Format, error) {
	if checked.IsNil(r) {
		return FormatUnknown, &ArgumentError{Field: "r", Problem: "is nil", Remedy: "give ReadFormat an open file"}
	}
	f, err := media.Read(checked.Reader(r))
	return Format(f), err
}
