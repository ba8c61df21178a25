package acrcloud

import "strings"

// An ArgumentError says that a call was refused before anything was sent. It matches [ErrInvalidArgument].
type ArgumentError struct {
	Field   string // what was wrong, in the caller's terms: "Config.BearerToken", "fileID"
	Problem string // what is wrong with it: "is empty"
	Remedy  string // what to do about it
}

// Error names the field, the problem and the remedy.
func (e *ArgumentError) Error() string {
	var b strings.Builder
	b.WriteString("acrcloud: ")
	b.WriteString(e.Field)
	b.WriteString(" ")
	b.WriteString(e.Problem)
	if e.Remedy != "" {
		b.WriteString(": ")
		b.WriteString(e.Remedy)
	}
	return b.String()
}

// Is reports whether target is [ErrInvalidArgument].
func (e *ArgumentError) Is(target error) bool { return target == ErrInvalidArgument }
