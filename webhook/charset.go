package webhook

import (
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// charsetOf returns the character set of a body in lower case, or "". Many senders name it as the content encoding.
func charsetOf(header http.Header) string {
	for _, line := range header.Values("Content-Encoding") {
		for encoding := range strings.SplitSeq(line, ",") {
			if label := charsetLabel(encoding); isCharset(label) {
				return label
			}
		}
	}
	if _, params, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil {
		return charsetLabel(params["charset"])
	}
	return ""
}

func charsetLabel(text string) string {
	return strings.TrimPrefix(strings.ToLower(strings.Trim(text, ` "'`)), "charset=")
}

// isCharset recognises the names of character sets. No content encoding begins like one.
func isCharset(label string) bool {
	return slices.ContainsFunc([]string{
		"utf", "ucs-", "us-ascii", "ascii", "ansi", "iso-8859", "iso8859", "iso_8859", "latin", "windows-", "cp125", "gb", "big5", "euc-", "shift_jis", "shift-jis", "sjis", "koi8",
	}, func(prefix string) bool { return strings.HasPrefix(label, prefix) })
}

// windows1252 are the characters 0x80 to 0x9f, as browsers read them also under the name of ISO 8859-1.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// toUTF8 converts text that is not UTF-8 where it says that it is Western European. Of other text, decoding keeps what is valid.
func toUTF8[T string | []byte](text T, charset string) T {
	switch charset {
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
	default:
		return text
	}
	if utf8.ValidString(string(text)) {
		return text
	}
	high := []rune(windows1252)
	converted := make([]byte, 0, len(text)+len(text)/8)
	for i := range len(text) {
		r := rune(text[i])
		if r >= 0x80 && r < 0xa0 {
			r = high[r-0x80]
		}
		converted = utf8.AppendRune(converted, r)
	}
	return T(converted)
}
