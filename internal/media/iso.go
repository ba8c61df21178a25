package media

import (
	"cmp"
	"encoding/binary"
	"strings"
)

// detectISOMedia detects the family of MP4 by its first boxes.
func detectISOMedia(b []byte) Format {
	for len(b) >= 8 && !isText(b[:min(len(b), 16)]) {
		size := int64(binary.BigEndian.Uint32(b))
		switch string(b[4:8]) {
		case "ftyp":
			header := int64(8)
			if size == 1 && len(b) >= 16 { // it is in a longer field
				header, size = 16, int64(min(binary.BigEndian.Uint64(b[8:]), 1<<62))
			}
			if size < header+8 {
				return Unknown
			}
			return detectBrand(b[min(header, int64(len(b))):min(size, int64(len(b)))])
		case "moov", "mdat": // QuickTime as it was before ftyp
			if size == 0 || size == 1 || size >= 8 { // to the end of the file; in a longer field; here
				return MOV
			}
			return Unknown
		case "wide", "free", "skip":
			if size < 8 || size > int64(len(b)) {
				return Unknown
			}
			b = b[size:]
		default:
			return Unknown
		}
	}
	return Unknown
}

// detectBrand reads the content of an ftyp box: the major brand, its version, and the compatible brands.
func detectBrand(b []byte) Format {
	if len(b) < 4 {
		return Unknown
	}
	if f := brandFormat(string(b[:4])); f != Unknown {
		return f
	}
	if isImageBrand(string(b[:4])) {
		return Unknown
	}
	// A maker's own brand: go by what it is compatible with.
	found := Unknown
	for i := 8; i+4 <= len(b); i += 4 {
		if isImageBrand(string(b[i : i+4])) {
			return Unknown
		}
		found = cmp.Or(found, brandFormat(string(b[i:i+4])))
	}
	return found
}

func brandFormat(brand string) Format {
	switch brand {
	case "M4A ", "M4B ", "M4P ", "F4A ", "F4B ":
		return M4A
	case "qt  ":
		return MOV
	case "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc",
		"mp41", "mp42", "mp71", "avc1", "M4V ", "M4VH", "M4VP", "F4V ", "F4P ", "MSNV", "XAVC", "dash", "msdh", "mmp4", "cmfc", "cmf2":
		return MP4
	case "kddi":
		return ThreeGP
	}
	switch {
	case strings.HasPrefix(brand, "3g"):
		return ThreeGP
	case strings.HasPrefix(brand, "ND"): // Nero
		return MP4
	}
	return Unknown
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
