package console

import (
	"strings"
	"unicode"
)

// CheckID refuses an id that was not set, or that is impossible. remedy says where to find such ids.
func CheckID(field string, id int, remedy string) error {
	switch {
	case id == 0:
		return refuse(field, "is 0, which is not an id", remedy)
	case id < 0:
		return refuse(field, "is negative", remedy)
	}
	return nil
}

// CheckTextID refuses an id that would change the path of the request, or that would count as several ids. remedy says
// where to find such ids.
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

// CheckFileID checks the id of a file.
func CheckFileID(field, id string) error {
	return CheckTextID(field, id, "use the File.ID of the service")
}
