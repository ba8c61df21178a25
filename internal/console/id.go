package console

import (
	"strings"
	"unicode"
)

// CheckID refuses an id that was never set, or that nothing of the service has. remedy says where such ids come from.
func CheckID(field string, id int, remedy string) error {
	switch {
	case id == 0:
		return refuse(field, "is 0, which is no id", remedy)
	case id < 0:
		return refuse(field, "is negative", remedy)
	}
	return nil
}

// CheckTextID keeps an id from reaching other paths than its own, and several from being taken for one. remedy says where such ids come from.
func CheckTextID(field, id, remedy string) error {
	switch {
	case id == "":
		return refuse(field, "is empty", remedy)
	case id == "." || strings.Contains(id, ".."):
		return refuse(field, "is a relative path", remedy)
	case strings.ContainsAny(id, `/\,;?#%`):
		return refuse(field, "has a character that an id cannot have", remedy)
	case strings.ContainsFunc(id, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r) }):
		return refuse(field, "has white space or an invisible character", remedy)
	}
	return nil
}

// CheckFileID is the check of a file's id.
func CheckFileID(field, id string) error {
	return CheckTextID(field, id, "use the File.ID that the service has given out")
}
