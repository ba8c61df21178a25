// Package credential checks credentials before they are sent, and describes one that was refused. It never decides whether a credential is
// valid: only the service does.
package credential

import (
	"fmt"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/remedy"
)

// findKeys says where a project's credentials are.
const findKeys = "use the access key and the access secret from the project's page in the console"

// redacted is what a Secret prints in place of itself.
const redacted = "[redacted]"

// Token returns a Console API token as it is sent: without a pasted "Bearer ". What no token can be is an
// *acrcloud.ArgumentError about the field, without the token itself. scope is what the token is needed for.
func Token(field string, s acrcloud.Secret, scope Scope) (acrcloud.Secret, error) {
	makeToken := remedy.Token{Needed: titles([]Scope{scope})}.Make()
	text := withoutBearer(s.Reveal())
	if text == "" {
		return acrcloud.Secret{}, refuse(field, "is empty", makeToken)
	}
	if err := check(field, text, makeToken); err != nil {
		return acrcloud.Secret{}, err
	}
	return acrcloud.NewSecret(text), nil
}

// Key returns a project's access key or access secret as it is used. What it cannot be, a Console API token above all, is an
// *acrcloud.ArgumentError about the field, without the text itself.
func Key(field string, s acrcloud.Secret) (acrcloud.Secret, error) {
	text := s.Reveal()
	if text == "" {
		return acrcloud.Secret{}, refuse(field, "is empty", findKeys)
	}
	if isJWT(withoutBearer(text)) {
		return acrcloud.Secret{}, refuse(field, "is a Console API token", "that is for File Scanning; for identification "+findKeys)
	}
	if err := check(field, text, findKeys); err != nil {
		return acrcloud.Secret{}, err
	}
	return s, nil
}

// withoutBearer takes away what people copy along with a token.
func withoutBearer(text string) string {
	const prefix = "Bearer"
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text
	}
	rest := strings.TrimSpace(text[len(prefix):])
	if rest != "" && len(rest) == len(text)-len(prefix) {
		return text // no white space: the word belongs to the text
	}
	return rest
}

// check refuses what no credential has in it. An HTTP header cannot carry most of it.
func check(field, text, remedy string) error {
	lower := strings.ToLower(text)
	switch {
	case text == redacted:
		return refuse(field, "is "+redacted+", which is the placeholder for a redacted credential", "use the credential itself")
	case strings.HasPrefix(lower, "authorization:"):
		return refuse(field, "is a whole header", "take the token alone, without the header's name")
	case len(text) > 1 && text[0] == text[len(text)-1] && strings.ContainsRune("\"'`", rune(text[0])):
		return refuse(field, "has quotes around it", "leave the quotes out")
	}
	n := 0
	for _, r := range text {
		n++
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			return refuse(field, fmt.Sprintf("has white space inside, at character %d", n), "copy it again, as one line, or "+remedy)
		case r < ' ' || r > '~':
			return refuse(field, fmt.Sprintf("has an invisible or special character inside, at character %d", n), "copy it again without it: credentials are plain letters, digits and signs; or "+remedy)
		}
	}
	return nil
}

func refuse(field, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
}
