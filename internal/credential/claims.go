package credential

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// maxToken limits the tokens that Inspect reads. The service's tokens have about 1,000 characters.
const maxToken = 64 << 10

// Claims are what a token says about itself. Nobody has checked the signature: they are good for hints and for nothing else.
type Claims struct {
	Subject   string    // the account's id
	ExpiresAt time.Time // zero if the token does not say
	Scopes    []string  // nil if the token does not say
}

// Inspect reads the claims of a token, and reports whether it is a JWT at all.
func Inspect(token acrcloud.Secret) (Claims, bool) {
	text := token.Reveal()
	if !isJWT(text) || len(text) > maxToken {
		return Claims{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.Split(text, ".")[1], "="))
	if err != nil {
		return Claims{}, false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil || members == nil {
		return Claims{}, false
	}
	c := Claims{Subject: textOf(members["sub"]), ExpiresAt: timeOf(members["exp"]), Scopes: listOf(members["scopes"])}
	if c.Scopes == nil {
		c.Scopes = listOf(members["scope"])
	}
	return c, true
}

// isJWT reports whether text has the shape of a JWT: three parts, the first of which is a JSON object in base64.
func isJWT(text string) bool { return strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2 }

// textOf reads text or a number.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

// timeOf reads seconds since 1970, which are a fraction in the service's tokens.
func timeOf(raw json.RawMessage) time.Time {
	const year10000 = 253402300800
	seconds, err := strconv.ParseFloat(textOf(raw), 64)
	if err == nil && seconds > 0 && seconds < year10000 {
		return time.Unix(int64(seconds), 0).UTC()
	}
	return time.Time{}
}

// listOf reads a list of texts, or one text with white space or commas between its words.
func listOf(raw json.RawMessage) []string {
	var items []any
	if json.Unmarshal(raw, &items) == nil && items != nil {
		list := []string{}
		for _, item := range items {
			if text, ok := item.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	var text string
	if json.Unmarshal(raw, &text) != nil || raw == nil || string(raw) == "null" {
		return nil
	}
	return append([]string{}, strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' })...)
}
