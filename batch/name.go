package batch

import (
	"fmt"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// maxName is the longest allowed name of a file, in bytes. The service's limit is not known; see
// filescan.UploadOptions.UniqueName.
const maxName = 200

const hexDigits = "0123456789ABCDEF"

// NameOf returns the name of a job's file in its container: the key, with every byte other than A to Z, a to z, 0 to 9,
// dot, hyphen and underscore escaped as ~ and two hexadecimal digits. So two keys never have the same name, whatever
// the service does with blanks, slashes or other alphabets, and [KeyOf] returns the key. A key that is empty, or whose
// name is longer than 200 bytes, is an [*acrcloud.ArgumentError].
func NameOf(key string) (string, error) {
	if key == "" {
		return "", &acrcloud.ArgumentError{Field: "Item.Key", Problem: "is empty", Remedy: "give each item a unique key, such as a path or a database id"}
	}
	length := nameLength(key)
	if length > maxName {
		return "", &acrcloud.ArgumentError{Field: "Item.Key", Problem: fmt.Sprintf("makes a name of %d bytes; %d are allowed", length, maxName), Remedy: "use a shorter key, such as an id or a hash; bytes other than ASCII letters, digits, dots, hyphens and underscores count as three"}
	}
	if length == len(key) {
		return key, nil
	}
	var b strings.Builder
	b.Grow(length)
	for i := range len(key) {
		if c := key[i]; plain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'~', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String(), nil
}

// nameLength returns the length of the name of a key: three for each escaped byte.
func nameLength(key string) int {
	length := len(key)
	for i := range len(key) {
		if !plain(key[i]) {
			length += 2
		}
	}
	return length
}

// KeyOf returns the key of the job whose file has the given name. ok is false for a name that [NameOf] does not return.
func KeyOf(name string) (key string, ok bool) {
	if name == "" || len(name) > maxName {
		return "", false
	}
	if strings.IndexFunc(name, func(r rune) bool { return r > 0x7f || !plain(byte(r)) }) < 0 { //nolint:gosec // it is ASCII
		return name, true // nothing is escaped
	}
	b := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '~' {
			if i+2 >= len(name) {
				return "", false
			}
			high, low := strings.IndexByte(hexDigits, name[i+1]), strings.IndexByte(hexDigits, name[i+2])
			if high < 0 || low < 0 {
				return "", false
			}
			c = byte(high<<4 | low) //nolint:gosec // each is less than 16
			if plain(c) {           // it would not have been escaped
				return "", false
			}
			i += 2
		} else if !plain(c) {
			return "", false
		}
		b = append(b, c)
	}
	return string(b), true
}

// plain reports whether a byte is not escaped in a name.
func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_'
}
