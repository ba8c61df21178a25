// Package media detects the container format of audio and video by its bytes.
package media

// A Format is a container format. Its text is the usual file name extension.
type Format string

// The formats, as package acrcloud explains them.
const (
	Unknown Format = ""

	MP3   Format = "mp3"
	MP2   Format = "mp2"
	AAC   Format = "aac"
	M4A   Format = "m4a"
	WAV   Format = "wav"
	AIFF  Format = "aiff"
	FLAC  Format = "flac"
	APE   Format = "ape"
	Ogg   Format = "ogg"
	Opus  Format = "opus"
	Speex Format = "spx"
	AMR   Format = "amr"
	WMA   Format = "wma"

	MP4     Format = "mp4"
	MOV     Format = "mov"
	ThreeGP Format = "3gp"
	MKV     Format = "mkv"
	WebM    Format = "webm"
	WMV     Format = "wmv"
	AVI     Format = "avi"
	FLV     Format = "flv"
	TS      Format = "ts"
	MPEG    Format = "mpg"
	OGV     Format = "ogv"
)
