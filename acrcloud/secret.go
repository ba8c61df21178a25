package acrcloud

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// redacted is what a Secret shows wherever it is printed or encoded.
const redacted = "[redacted]"

// A Secret is a credential that never shows itself: every fmt verb, log/slog and encoding/json print "[redacted]", also
// where the Secret is a field of another value. [Secret.Reveal] is the only way to the text.
//
// The zero Secret is empty. Secrets are compared with [Secret.Equal], in constant time; reflect.DeepEqual, and with it the
// equality of most test libraries, calls any two Secrets different unless both are empty.
type Secret struct {
	// A closure, not a string: fmt and slog cannot call methods on the unexported fields of other structs, and print
	// their content. Of a function they print an address at most.
	reveal func() string
}

// NewSecret returns a Secret that holds text without its outer white space.
func NewSecret(text string) Secret {
	text = strings.TrimSpace(text)
	if text == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return text }}
}

// Reveal returns the text itself. Do not log it.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether the Secret is empty. It makes `json:",omitzero"` work.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal reports whether both hold the same text, in time that depends on their lengths only.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// Describe identifies a credential without revealing it: its length and, from 16 characters up, the last
// four, as in "40 characters, ending in …c4f9".
func (s Secret) Describe() string {
	text := s.Reveal()
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0:
		return "empty"
	case n == 1:
		return "1 character"
	case n < 16:
		return fmt.Sprintf("%d characters", n)
	}
	tail := []rune(text)[n-4:]
	for i, r := range tail {
		if !unicode.IsPrint(r) {
			tail[i] = utf8.RuneError // a terminal must not act on it
		}
	}
	return fmt.Sprintf("%d characters, ending in …%s", n, string(tail))
}

// String returns "[redacted]", or nothing for an empty Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// Format implements [fmt.Formatter]: every verb prints what String returns.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns "[redacted]", or nothing for an empty Secret: a Secret is never written out by accident.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets the Secret. It refuses "[redacted]", which is what MarshalText wrote and never a credential.
func (s *Secret) UnmarshalText(text []byte) error {
	if strings.TrimSpace(string(text)) == redacted {
		return errors.New("acrcloud: a redacted secret cannot be read back; use the original credential")
	}
	*s = NewSecret(string(text))
	return nil
}
