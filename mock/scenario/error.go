package scenario

import (
	"fmt"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// An Error lists the mistakes in a scenario.
type Error struct{ Problems []Problem }

// A Problem is one mistake.
type Problem struct {
	Field   string `json:"field"`            // such as "files[2].state"; empty: the whole scenario
	Message string `json:"message"`          // what is wrong
	Remedy  string `json:"remedy,omitempty"` // what to do
}

// Error implements error.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	return "mock: invalid scenario: " + strings.Join(lines, "; ")
}

// String returns the problem in one line, with user input quoted.
func (p Problem) String() string {
	text := fmt.Sprintf("%q", p.Message)
	text = text[1 : len(text)-1] // no control characters; quotes are escaped
	text = strings.ReplaceAll(text, `\"`, `"`)
	if p.Field != "" {
		text = plain(p.Field) + ": " + text
	}
	if p.Remedy != "" {
		text += ": " + plain(p.Remedy)
	}
	return text
}

// plain returns text in which control characters are escaped.
func plain(text string) string {
	quoted := fmt.Sprintf("%q", text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// oneOf suggests the known name that was probably meant, or lists all of them.
func oneOf(given string, known []string) string {
	if meant := nearest.Key(given, known); meant != "" {
		return fmt.Sprintf("did you mean %q?", meant)
	}
	return "use " + list(known)
}

func list(known []string) string {
	if len(known) < 2 {
		return strings.Join(known, "")
	}
	return strings.Join(known[:len(known)-1], ", ") + " or " + known[len(known)-1]
}
