package acrcloud

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// A Format is a container format for audio or video, as [DetectFormat] tells it. Its text is the usual file name extension.
type Format string

// The formats that [DetectFormat] knows.
const (
	FormatUnknown Format = "" // none of these

	FormatMP3   Format = "mp3"  // MPEG audio, layer III
	FormatMP2   Format = "mp2"  // MPEG audio, layer II
	FormatAAC   Format = "aac"  // AAC without a container: ADTS or ADIF
	FormatM4A   Format = "m4a"  // MP4 that is marked as audio; M4B too
	FormatWAV   Format = "wav"  // also RF64 and BW64, whatever the codec
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

// DetectBytes is how much of the beginning of a file [DetectFormat] looks at. A shorter head can be told less surely.
const DetectBytes = 16 << 10

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

// DetectFormat tells the format of a file by its first bytes, of which it looks at [DetectBytes] at most; a name plays no
// part. It returns [FormatUnknown] for everything else, such as text, pictures, archives, programs and raw PCM. It says what a
// file is, not that it is sound: the rest of the file may be damaged.
//
// An ID3v2 tag is skipped. Where nothing but the tag is visible, since a cover picture fills the head, it is taken for MP3.
func DetectFormat(head []byte) Format {
	head = head[:min(len(head), DetectBytes)]
	rest, tagged := skipID3(head)
	for _, detect := range []func([]byte) Format{
		detectMagic, detectRIFF, detectOgg, detectASF, detectISOMedia, detectEBML, detectADTS, detectTransportStream,
	} {
		if f := detect(rest); f != FormatUnknown {
			return f
		}
	}
	if tagged {
		return detectAfterTag(rest)
	}
	return detectMPEGAudio(rest, 1)
}

// detectAfterTag looks for MPEG audio behind a tag. Tags are often followed by zeros, and some give a wrong size: then there are
// frames near by, but it takes several in a row to believe it.
func detectAfterTag(b []byte) Format {
	b = bytes.TrimLeft(b, "\x00")
	if len(b) < 4 {
		return FormatMP3
	}
	f := detectMPEGAudio(b, 1)
	for i := 1; i < len(b) && f == FormatUnknown; i++ {
		f = detectMPEGAudio(b[i:], checkedFrames)
	}
	return f
}

// skipID3 returns what follows the ID3v2 tags (version 2 to 4) at the beginning of b, and whether there were any.
func skipID3(b []byte) (rest []byte, tagged bool) {
	for hasAt(b, 0, "ID3") && len(b) >= 10 && b[3] >= 2 && b[3] <= 4 && b[5]&0x0F == 0 && (b[6]|b[7]|b[8]|b[9])&0x80 == 0 {
		size := 10 + int(b[6])<<21 + int(b[7])<<14 + int(b[8])<<7 + int(b[9])
		if b[5]&0x10 != 0 {
			size += 10 // a footer
		}
		b, tagged = b[min(size, len(b)):], true
	}
	return b, tagged
}

// detectMagic tells the formats that begin with a few fixed bytes.
func detectMagic(b []byte) Format {
	switch {
	case hasAnyPrefix(b, "#!AMR\n", "#!AMR-WB\n", "#!AMR_MC1.0\n", "#!AMR-WB_MC1.0\n"):
		return FormatAMR
	case hasAt(b, 0, "fLaC") && (len(b) < 8 || hasAt(b[4:], 0, "\x00\x00\x00\x22") || hasAt(b[4:], 0, "\x80\x00\x00\x22")): // STREAMINFO
		return FormatFLAC
	case hasAt(b, 0, "MAC ") && len(b) >= 6 && isBetween(binary.LittleEndian.Uint16(b[4:]), 3000, 4999): // its version, which is no text
		return FormatAPE
	case hasAt(b, 0, "FORM") && (hasAt(b, 8, "AIFF") || hasAt(b, 8, "AIFC")):
		return FormatAIFF
	case hasAt(b, 0, "FLV\x01") && len(b) >= 9 && b[4]&^0x05 == 0 && binary.BigEndian.Uint32(b[5:]) == 9:
		return FormatFLV
	case hasAt(b, 0, "\x00\x00\x01\xBA") && len(b) > 4 && (b[4]&0xC0 == 0x40 || b[4]&0xF0 == 0x20): // MPEG-2 or MPEG-1
		return FormatMPEG
	case hasAt(b, 0, "ADIF") && len(b) > 4 && !isText(b): // text of that name is radio amateurs' log books
		return FormatAAC
	}
	return FormatUnknown
}

func detectRIFF(b []byte) Format {
	switch {
	case !hasAnyPrefix(b, "RIFF", "RIFX", "RF64", "BW64"):
	case hasAt(b, 8, "WAVE"):
		return FormatWAV
	case hasAt(b, 8, "AVI "):
		return FormatAVI
	}
	return FormatUnknown
}

// detectOgg looks at the first page of each stream; these pages come before all others.
func detectOgg(b []byte) Format {
	const headerSize, firstPage = 27, 0x02
	found := FormatUnknown
	for hasAt(b, 0, "OggS\x00") && len(b) > headerSize && b[5]&firstPage != 0 {
		segments := int(b[26])
		if len(b) < headerSize+segments {
			break
		}
		size := 0
		for _, n := range b[headerSize : headerSize+segments] {
			size += int(n)
		}
		packet := b[headerSize+segments:]
		switch {
		case hasAnyPrefix(packet, "\x80theora", "BBCD\x00", "\x01video\x00"):
			return FormatOGV
		case hasAnyPrefix(packet, "OpusHead"):
			found = cmp.Or(found, FormatOpus)
		case hasAnyPrefix(packet, "Speex   "):
			found = cmp.Or(found, FormatSpeex)
		case hasAnyPrefix(packet, "fishead\x00", "fisbone\x00"): // describes the other streams
		default:
			found = cmp.Or(found, FormatOgg)
		}
		b = packet[min(size, len(packet)):]
	}
	return found
}

// detectASF tells Windows Media with audio alone from the rest by the streams that its header declares.
func detectASF(b []byte) Format {
	const (
		header           = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
		streamProperties = "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65"
		audioMedia       = "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
		headerSize       = 30
		objectSize       = 24
	)
	if !hasAt(b, 0, header) {
		return FormatUnknown
	}
	if len(b) < headerSize {
		return FormatWMV
	}
	size, found := binary.LittleEndian.Uint64(b[16:]), FormatWMV
	complete := size <= uint64(len(b))
	if complete {
		b = b[:size]
	}
	for b = b[min(headerSize, len(b)):]; len(b) >= objectSize; {
		if hasAt(b, 0, streamProperties) {
			if !hasAt(b, objectSize, audioMedia) {
				return FormatWMV
			}
			found = FormatWMA
		}
		size := binary.LittleEndian.Uint64(b[16:])
		if size < objectSize || size > uint64(len(b)) {
			complete = false
			break
		}
		b = b[size:]
	}
	if !complete {
		return FormatWMV // there may be pictures further on
	}
	return found
}

// detectISOMedia tells the family of MP4 by its first boxes.
func detectISOMedia(b []byte) Format {
	for len(b) >= 8 && !isText(b[:min(len(b), 16)]) {
		size := int64(binary.BigEndian.Uint32(b))
		switch string(b[4:8]) {
		case "ftyp":
			if size < 16 {
				return FormatUnknown
			}
			return detectBrand(b[8:min(size, int64(len(b)))])
		case "moov", "mdat": // QuickTime as it was before ftyp
			if size == 0 || size == 1 || size >= 8 { // to the end of the file; in a longer field; here
				return FormatMOV
			}
			return FormatUnknown
		case "wide", "free", "skip":
			if size < 8 || size > int64(len(b)) {
				return FormatUnknown
			}
			b = b[size:]
		default:
			return FormatUnknown
		}
	}
	return FormatUnknown
}

// detectBrand reads the content of an ftyp box: the major brand, its version, and the compatible brands.
func detectBrand(b []byte) Format {
	if len(b) < 4 {
		return FormatUnknown
	}
	if f := brandFormat(string(b[:4])); f != FormatUnknown {
		return f
	}
	if isImageBrand(string(b[:4])) {
		return FormatUnknown
	}
	// A maker's own brand: go by what it is compatible with.
	found := FormatUnknown
	for i := 8; i+4 <= len(b); i += 4 {
		if isImageBrand(string(b[i : i+4])) {
			return FormatUnknown
		}
		found = cmp.Or(found, brandFormat(string(b[i:i+4])))
	}
	return found
}

func brandFormat(brand string) Format {
	switch brand {
	case "M4A ", "M4B ", "M4P ", "F4A ", "F4B ":
		return FormatM4A
	case "qt  ":
		return FormatMOV
	case "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc",
		"mp41", "mp42", "mp71", "avc1", "M4V ", "M4VH", "M4VP", "F4V ", "F4P ", "MSNV", "XAVC", "dash", "msdh", "mmp4", "cmfc", "cmf2":
		return FormatMP4
	case "kddi":
		return Format3GP
	}
	switch {
	case strings.HasPrefix(brand, "3g"):
		return Format3GP
	case strings.HasPrefix(brand, "ND"): // Nero
		return FormatMP4
	}
	return FormatUnknown
}

// isImageBrand knows the pictures that share MP4's structure: HEIF, AVIF, JPEG 2000, Canon's raw.
func isImageBrand(brand string) bool {
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1", "miaf",
		"avif", "avis", "avio", "avci", "avcs", "jpeg", "jpgs", "j2ki", "j2is", "jp2 ", "jpx ", "jpm ", "crx ":
		return true
	}
	return false
}

// detectEBML tells Matroska from WebM by the document type that the header names.
func detectEBML(b []byte) Format {
	const docType = 0x4282
	header, ok := bytes.CutPrefix(b, []byte("\x1A\x45\xDF\xA3"))
	if !ok {
		return FormatUnknown
	}
	size, header := ebmlNumber(header, true)
	header = header[:min(size, uint64(len(header)))]
	for len(header) > 0 {
		id, rest := ebmlNumber(header, false)
		size, content := ebmlNumber(rest, true)
		if size > uint64(len(content)) {
			break
		}
		if id == docType {
			switch strings.TrimRight(string(content[:size]), "\x00") {
			case "matroska":
				return FormatMKV
			case "webm":
				return FormatWebM
			}
			break
		}
		header = content[size:]
	}
	return FormatUnknown
}

// ebmlNumber reads a number whose first byte tells its length by its leading zeros, and returns what follows it. An id is
// written with the mark that ends the zeros, a size (masked) without it.
func ebmlNumber(b []byte, masked bool) (n uint64, rest []byte) {
	if len(b) == 0 || b[0] == 0 {
		return 0, nil
	}
	length := 1
	for mark := byte(0x80); b[0]&mark == 0; mark >>= 1 {
		length++
	}
	if len(b) < length {
		return 0, nil
	}
	for _, c := range b[:length] {
		n = n<<8 | uint64(c)
	}
	if masked {
		n &^= 1 << (7 * length)
	}
	return n, b[length:]
}

// detectTransportStream looks for the mark at the beginning of every packet; M2TS puts four bytes before each.
func detectTransportStream(b []byte) Format {
	for _, packet := range []struct{ size, offset int }{{188, 0}, {192, 4}} {
		seen := 0
		for i := packet.offset; i+4 <= len(b) && seen >= 0; i += packet.size {
			if b[i] == 'G' && b[i+3]&0x30 != 0 { // and it carries something
				seen++
			} else {
				seen = -1
			}
		}
		if seen >= 3 && !isText(b[:2*packet.size]) {
			return FormatTS
		}
	}
	return FormatUnknown
}

// checkedFrames is how many frames of MPEG audio or AAC must follow each other, as far as the head shows them. The mark of one
// frame alone occurs in anything.
const checkedFrames = 3

// detectMPEGAudio looks for frames of MP3 and MP2, of which at least need must be visible.
func detectMPEGAudio(b []byte, need int) Format {
	first, found := b, FormatUnknown
	for n := range checkedFrames {
		if len(b) < 4 {
			if n < need {
				return FormatUnknown
			}
			return found
		}
		size, f := mpegFrame(b)
		if f == FormatUnknown || b[1]&0xFE != first[1]&0xFE || b[2]&0x0C != first[2]&0x0C { // version, layer, sample rate
			return FormatUnknown
		}
		b, found = b[min(size, len(b)):], f
	}
	return found
}

// mpegFrame reads the header of a frame of MPEG audio and returns the frame's size in bytes.
func mpegFrame(b []byte) (size int, f Format) {
	const (
		mpeg25, reserved, mpeg1      = 0, 1, 3
		layerIII, layerII            = 1, 2
		freeFormat, badRate, badTone = 0, 15, 2
	)
	version, layer := int(b[1]>>3&3), int(b[1]>>1&3)
	rate, sampling, padding := int(b[2]>>4), int(b[2]>>2&3), int(b[2]>>1&1)
	switch {
	case b[0] != 0xFF || b[1]&0xE0 != 0xE0 || version == reserved:
		return 0, FormatUnknown
	case rate == freeFormat || rate == badRate || sampling == 3 || b[3]&3 == badTone:
		return 0, FormatUnknown
	case layer == layerIII:
		f = FormatMP3
	case layer == layerII && version != mpeg25:
		f = FormatMP2
	default: // layer I is out of use, and its mark is the beginning of UTF-16 text
		return 0, FormatUnknown
	}
	var (
		kbits = [...]int{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160} // versions 2 and 2.5
		hz    = []int{44100, 48000, 32000}[sampling]
		slots = 144
	)
	switch {
	case version == mpeg1 && layer == layerIII:
		kbits = [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	case version == mpeg1:
		kbits = [...]int{32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}
	case layer == layerIII:
		slots = 72
	}
	switch version {
	case mpeg1:
	case mpeg25:
		hz /= 4
	default:
		hz /= 2
	}
	return slots*kbits[rate-1]*1000/hz + padding, f
}

// detectADTS looks for frames of AAC with ADTS headers.
func detectADTS(b []byte) Format {
	first := b
	for n := range checkedFrames {
		if len(b) < 7 {
			if n == 0 {
				return FormatUnknown
			}
			break
		}
		size := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
		switch {
		case b[0] != 0xFF || b[1]&0xF6 != 0xF0: // mark, and layer 0
			return FormatUnknown
		case b[2]>>2&15 > 12: // no such sample rate
			return FormatUnknown
		case size < 7 || b[1]&1 == 0 && size < 9: // shorter than its header, without and with a checksum
			return FormatUnknown
		case b[1] != first[1] || b[2] != first[2] || b[3]>>4 != first[3]>>4: // the fixed half of the header
			return FormatUnknown
		}
		b = b[min(size, len(b)):]
	}
	return FormatAAC
}

// hasAt reports whether b has text at an offset.
func hasAt(b []byte, offset int, text string) bool {
	return len(b) >= offset+len(text) && string(b[offset:offset+len(text)]) == text
}

func hasAnyPrefix(b []byte, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return hasAt(b, 0, p) })
}

func isBetween(n, low, high uint16) bool { return low <= n && n <= high }

// isText reports whether b is printable ASCII throughout.
func isText(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return (c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t' })
}
