package console

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ValidName replaces what is not UTF-8 in a name, so that it can be sent. It is called once, before the first request,
// so that all requests and comparisons use the same name.
func ValidName(name string) string { return strings.ToValidUTF8(name, string(utf8.RuneError)) }

// CheckName refuses a name that breaks headers and lists. Any other name is sent unchanged.
func CheckName(field, name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return refuse(field, fmt.Sprintf("has a control character: %q", name), "use a name without control characters, such as line breaks")
	}
	return nil
}

// CheckUniqueName refuses a name that the service could change into another one.
func CheckUniqueName(field, name string) error {
	if !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError) {
		return refuse(field, fmt.Sprintf("is not UTF-8: %q", name), "a unique name must arrive unchanged: use ASCII letters, digits, dots, hyphens and underscores")
	}
	if PlainName(name) == "" {
		return refuse(field, "is blank", "use a unique name")
	}
	return nil
}

// PlainName is the form in which names are compared: the service has been seen to replace blanks by underscores, and
// may trim the ends.
func PlainName(name string) string { return strings.ReplaceAll(strings.TrimSpace(name), " ", "_") }

// SearchTerm is the longest part of a name without blanks and characters that have a meaning in patterns. A search for
// it finds the name, and possibly others.
func SearchTerm(name string) string {
	longest := ""
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return unicode.IsSpace(r) || r == '%' || r == '\\' || r == '*' }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
