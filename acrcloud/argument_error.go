package acrcloud

import (
	"cmp"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// An ArgumentError reports an argument that was refused before anything was sent. It matches [ErrInvalidArgument].
type ArgumentError struct {
	Field   string // the argument, in the caller's terms: "Config.BearerToken", "fileID"
	Problem string // what is wrong with it: "is empty"
	Remedy  string // what to do about it
}

// Error names the field, the problem and the remedy.
func (e *ArgumentError) Error() string {
	problem := "acrcloud: " + cmp.Or(e.Field, "argument") + " " + cmp.Or(e.Problem, "is invalid")
	if e.Remedy != "" {
		problem += ": " + e.Remedy
	}
	return text.Terminal(problem)
}

// Is reports whether target is [ErrInvalidArgument].
func (e *ArgumentError) Is(target error) bool { return target == ErrInvalidArgument }
