package filescan

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// validName makes a name that can be sent of one that is not UTF-8. It is done once, before the first request, so that all of them
// and all comparisons have the same name.
func validName(name string) string { return strings.ToValidUTF8(name, string(utf8.RuneError)) }

// checkName refuses a name that breaks headers and lists. Everything else is data, and sent as it is.
func checkName(field, name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return &acrcloud.ArgumentError{Field: field, Problem: fmt.Sprintf("has a control character: %q", name), Remedy: "give the file a name without line breaks and the like"}
	}
	return nil
}

// checkUniqueName refuses a name that could become the same as another one on its way.
func checkUniqueName(field, name string) error {
	if !utf8.ValidString(name) || strings.ContainsRune(name, utf8.RuneError) {
		return &acrcloud.ArgumentError{Field: field, Problem: fmt.Sprintf("is not UTF-8: %q", name), Remedy: "a unique name has to arrive as it is: use ASCII letters, digits, dots, hyphens and underscores"}
	}
	if plainName(name) == "" {
		return &acrcloud.ArgumentError{Field: field, Problem: "is blank", Remedy: "give the file a unique name"}
	}
	return nil
}

// plainName is what names are compared by: blanks have been seen to come back as underscores, and those at the ends may be trimmed.
func plainName(name string) string { return strings.ReplaceAll(strings.TrimSpace(name), " ", "_") }

// searchTerm is the longest part of a name that a search finds whatever the service makes of blanks, and of the signs with a meaning
// in patterns. It finds others, too.
func searchTerm(name string) string {
	longest := ""
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return unicode.IsSpace(r) || r == '%' || r == '\\' || r == '*' }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
