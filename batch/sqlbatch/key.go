package sqlbatch

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	longestKey = 255
	hashed     = "sha256/"
)

// plainKey returns a key that every database can hold, index and compare: the key itself, if people can read it, or its hash. Keys are made
// of what a sender has posted.
func plainKey(key string) string {
	odd := func(r rune) bool { return r < ' ' || r > '~' }
	if len(key) <= longestKey && !strings.HasPrefix(key, hashed) && strings.IndexFunc(key, odd) < 0 {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hashed + hex.EncodeToString(sum[:])
}
