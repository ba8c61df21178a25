package media

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/bits"
	"strings"
	"time"
)

// Duration reads how long an MP3, FLAC, Ogg (Vorbis, Opus or FLAC) or MP4 file plays. It returns false for any other file, and where the file does
// not say. It reads as far as it needs to, keeps nothing, and believes what the file says of itself.
func Duration(r io.Reader) (time.Duration, bool) {
	b := bufio.NewReader(r)
	if SkipTags(b) != nil {
		return 0, false
	}
	head, _ := b.Peek(8)
	var units, rate uint64
	switch {
	case hasAt(head, 0, "fLaC"):
		units, rate = flacLength(b)
	case hasAt(head, 0, "OggS"):
		units, rate = oggLength(b)
	case hasAt(head, 4, "ftyp"):
		units, rate = mp4Length(b)
	default:
		units, rate = mpegLength(b)
	}
	return duration(units, rate)
}

// duration is units of which there are rate in a second.
func duration(units, rate uint64) (time.Duration, bool) {
	if units == 0 || rate == 0 {
		return 0, false
	}
	high, low := bits.Mul64(units, uint64(time.Second))
	if high >= rate {
		return 0, false
	}
	nanoseconds, _ := bits.Div64(high, low, rate)
	return time.Duration(nanoseconds), nanoseconds>>63 == 0 //nolint:gosec // that is what is checked
}

// next reads n bytes, or fewer at the end of the file.
func next(b *bufio.Reader, n int) []byte {
	out := make([]byte, n)
	n, _ = io.ReadFull(b, out)
	return out[:n]
}

func skip(b *bufio.Reader, n int64) bool {
	_, err := io.CopyN(io.Discard, b, n)
	return err == nil
}

// streamInfo is FLAC's rate and number of samples, 0 if it was not known when the file was written.
func streamInfo(info []byte) (samples, rate uint64) {
	if len(info) < 18 {
		return 0, 0
	}
	word := binary.BigEndian.Uint64(info[10:])
	return word & (1<<36 - 1), word >> 44
}

func flacLength(b *bufio.Reader) (samples, rate uint64) {
	const head = 8 // of the file and of its first block
	if info := next(b, head+34); len(info) > head {
		return streamInfo(info[head:])
	}
	return 0, 0
}

// oggLength reads all pages: the last one of a stream says how many samples there are.
func oggLength(b *bufio.Reader) (samples, rate uint64) {
	const none = 1<<64 - 1 // no packet ends on the page
	var stream uint32
	var before uint64 // samples that are not played
	for {
		head := next(b, 27)
		if len(head) == 0 {
			break
		}
		if len(head) < 27 || !hasAt(head, 0, "OggS\x00") {
			return 0, 0
		}
		size := 0
		for _, n := range next(b, int(head[26])) {
			size += int(n)
		}
		position, serial := binary.LittleEndian.Uint64(head[6:]), binary.LittleEndian.Uint32(head[14:])
		body := next(b, min(size, 64))
		if !skip(b, int64(size-len(body))) {
			break // the file was cut off
		}
		switch {
		case rate == 0:
			stream = serial
			switch {
			case hasAt(body, 0, "\x01vorbis") && len(body) >= 16:
				rate = uint64(binary.LittleEndian.Uint32(body[12:]))
			case hasAt(body, 0, "OpusHead") && len(body) >= 12:
				rate, before = 48_000, uint64(binary.LittleEndian.Uint16(body[10:]))
			case hasAt(body, 0, "\x7fFLAC") && len(body) >= 17:
				_, rate = streamInfo(body[17:])
			}
		case serial == stream && position != none:
			samples = position
		}
	}
	return samples - min(before, samples), rate
}

// mp4Length looks for the header of the movie, which stands before or behind the samples.
func mp4Length(b *bufio.Reader) (units, rate uint64) {
	for {
		head := next(b, 8)
		if len(head) < 8 {
			return 0, 0
		}
		size, used := uint64(binary.BigEndian.Uint32(head)), uint64(8)
		if size == 1 {
			long := next(b, 8)
			if len(long) < 8 {
				return 0, 0
			}
			size, used = binary.BigEndian.Uint64(long), 16
		}
		switch kind := string(head[4:]); {
		case kind == "moov": // go on with what is in it
			continue
		case kind == "mvhd":
			return movieHeader(next(b, 32))
		case size < used || size-used >= 1<<62 || !skip(b, int64(size-used)): //nolint:gosec // it fits
			return 0, 0
		}
	}
}

func movieHeader(h []byte) (units, rate uint64) {
	switch {
	case len(h) < 32:
	case h[0] == 0:
		units, rate = uint64(binary.BigEndian.Uint32(h[16:])), uint64(binary.BigEndian.Uint32(h[12:]))
		if units == 1<<32-1 { // not known
			units = 0
		}
	case h[0] == 1:
		units, rate = binary.BigEndian.Uint64(h[24:]), uint64(binary.BigEndian.Uint32(h[20:]))
	}
	return units, rate
}

// mpegLength counts the frames, of which a first one may only describe the others. It knows the length of a file that is frames from beginning to
// end, but for tags and zeros behind them.
func mpegLength(b *bufio.Reader) (samples, rate uint64) {
	const least = 2 // one frame is found in anything
	first := uint32(0)
	for frames := uint64(0); ; {
		head, _ := b.Peek(4)
		size, kind, _ := mpegFrame(head)
		switch {
		case size > 0 && (first == 0 || first == kind):
		case frames >= least && isAfterFrames(b):
			return samples * frames, rate
		default:
			return 0, 0
		}
		start, _ := b.Peek(min(size, 64)) // where a description stands
		if first != 0 || !describesFrames(string(start)) {
			frames++
		}
		first = kind
		samples, rate = mpegTiming(kind)
		if !skip(b, int64(size)) { // the last frame was cut off
			if frames < least {
				return 0, 0
			}
			return samples * frames, rate
		}
	}
}

func describesFrames(start string) bool {
	return strings.Contains(start, "Xing") || strings.Contains(start, "Info") || strings.Contains(start, "VBRI")
}

// mpegTiming is how many samples a kind of frame holds, and how many there are in a second.
func mpegTiming(kind uint32) (samples, rate uint64) {
	samples, rate = 1152, []uint64{44_100, 48_000, 32_000, 0}[kind>>2&3]
	version, isLayerIII := kind>>11&3, kind>>9&3 == 1
	if version != 3 && isLayerIII {
		samples = 576
	}
	switch version {
	case 0: // MPEG 2.5
		rate /= 4
	case 2: // MPEG 2
		rate /= 2
	}
	return samples, rate
}

// isAfterFrames reports whether what is next may follow the last frame.
func isAfterFrames(b *bufio.Reader) bool {
	rest, _ := b.Peek(11)
	return len(rest) < 4 || strings.Trim(string(rest), "\x00") == "" || hasAnyPrefix(rest, "TAG", "APETAGEX", "LYRICSBEGIN", "ID3", "3DI")
}
