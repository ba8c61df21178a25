package console

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ValidName makes a name that can be sent of one that is not UTF-8. It is done once, before the first request, so that all of them
// and all comparisons have the same name.
func ValidName(name string) string { return strings.ToValidUTF8(name, string(utf8.RuneError)) }

// CheckName refuses a name that breaks headers and lists. Everything else is data, and sent as it is.
func CheckName(field, name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return refuse(field, fmt.Sprintf("has a control character: %q", name), "give it a name without line breaks and the like")
	}
	return nil
}

// CheckUniqueName refuses a name that could become the same as another one on its way.
func CheckUniqueName(field, name string) error {
	if !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError) {
		return refuse(field, fmt.Sprintf("is not UTF-8: %q", name), "a unique name has to arrive as it is: use ASCII letters, digits, dots, hyphens and underscores")
	}
	if PlainName(name) == "" {
		return refuse(field, "is blank", "give it a unique name")
	}
	return nil
}

// PlainName is what names are compared by: blanks have been seen to come back as underscores, and those at the ends may be trimmed.
func PlainName(name string) string { return strings.ReplaceAll(strings.TrimSpace(name), " ", "_") }

// SearchTerm is the longest part of a name that a search finds whatever the service makes of blanks, and of the signs with a meaning
// in patterns. It finds others, too.
func SearchTerm(name string) string {
	longest := ""
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return unicode.IsSpace(r) || r == '%' || r == '\\' || r == '*' }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
