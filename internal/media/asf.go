package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// The GUIDs of Windows Media's container that matter here, and the sizes of what they begin.
const (
	asfHeader            = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	asfStream            = "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65"
	asfHeaderExtension   = "\xB5\x03\xBF\x5F\x2E\xA9\xCF\x11\x8E\xE3\x00\xC0\x0C\x20\x53\x65"
	asfExtendedStream    = "\xCB\xA5\xE6\x14\x72\xC6\x32\x43\x83\x99\xA9\x69\x52\x06\x5B\x5A"
	asfAudio             = "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	asfCommand           = "\xC0\xCF\xDA\x59\xE6\x59\xD0\x11\xA3\xAC\x00\xA0\xC9\x03\x48\xF6" // texts at certain times
	asfHeaderBytes       = 30
	asfObjectBytes       = 24
	asfExtensionBytes    = asfObjectBytes + 22
	asfMaxExtendedStream = 8 << 10
)

// readASF distinguishes Windows Media with audio alone from the rest by the streams that its header declares. Covers and other metadata can make
// that header large; they are skipped. A header that is damaged, or whose end is not visible, may declare pictures further on.
func readASF(r *bufio.Reader) (Format, error) {
	audio, err := asfAudioOnly(r)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errBroken) {
		return Unknown, err
	}
	if err == nil && audio {
		return WMA, nil
	}
	return WMV, nil
}

var errBroken = errors.New("is damaged")

// asfAudioOnly reads the header, and reports whether there is audio in it and no other stream.
func asfAudioOnly(r *bufio.Reader) (bool, error) {
	head, err := r.Peek(asfHeaderBytes)
	if err != nil {
		return false, err
	}
	left := binary.LittleEndian.Uint64(head[16:])
	if left < asfHeaderBytes {
		return false, errBroken
	}
	left -= asfHeaderBytes
	if _, err := r.Discard(asfHeaderBytes); err != nil {
		return false, err
	}
	audio := false
	for left >= asfObjectBytes {
		head, err := r.Peek(asfObjectBytes)
		if err != nil {
			return false, err
		}
		size := binary.LittleEndian.Uint64(head[16:])
		if size < asfObjectBytes || size > left {
			return false, errBroken
		}
		switch string(head[:16]) {
		case asfHeaderExtension:
			size = asfExtensionBytes // go on with what is in it
			if size > left {
				return false, errBroken
			}
		case asfStream, asfExtendedStream:
			object, err := r.Peek(int(min(size, asfMaxExtendedStream)))
			if err != nil {
				return false, err
			}
			found, other := asfStreams(object)
			if other || hasAt(object, 0, asfExtendedStream) && size > asfMaxExtendedStream {
				return false, nil
			}
			audio = audio || found
		}
		if _, err := io.CopyN(io.Discard, r, int64(min(size, 1<<62))); err != nil {
			return false, err
		}
		left -= size
	}
	return audio, nil
}

// asfStreams reports whether an object declares a stream of audio, and whether it declares anything else to see. Extended properties
// of a stream may hold its properties.
func asfStreams(object []byte) (audio, other bool) {
	for {
		i := bytes.Index(object, []byte(asfStream))
		if i < 0 {
			return audio, other
		}
		object = object[i:]
		switch {
		case hasAt(object, asfObjectBytes, asfAudio):
			audio = true
		case !hasAt(object, asfObjectBytes, asfCommand):
			other = true
		}
		object = object[len(asfStream):]
	}
}
