package transport

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Queries and user information of URLs in text, also where JSON has escaped the text; and JWTs, of whoever they are.
var (
	urlQuery    = regexp.MustCompile(`\?[^\s"'<>?]*=[^\s"'<>]*`)
	urlUserInfo = regexp.MustCompile(`(:(?:\\?/){2})[^\s"'<>/@]*@`)
	jwt         = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`)
)

// A redactor removes secrets from text that goes into an error.
type redactor struct{ replace *strings.Replacer }

// newRedactor knows the secrets as they are and as a URL spells them.
func newRedactor(secrets ...string) redactor {
	var pairs []string
	for _, s := range secrets {
		if len(s) < minSecret {
			continue
		}
		pairs = append(pairs, s, redactedText)
		if escaped := url.QueryEscape(s); escaped != s {
			pairs = append(pairs, escaped, redactedText)
		}
		if slashed := strings.ReplaceAll(s, "/", `\/`); slashed != s {
			pairs = append(pairs, slashed, redactedText)
		}
	}
	return redactor{replace: strings.NewReplacer(pairs...)}
}

const (
	redactedText = "[redacted]"
	minSecret    = 4 // shorter text would blot out parts of every other word
)

func (r redactor) text(s string) string {
	s = r.replace.Replace(s)
	s = jwt.ReplaceAllString(s, redactedText)
	s = urlQuery.ReplaceAllString(s, "?"+redactedText)
	return urlUserInfo.ReplaceAllString(s, "${1}"+redactedText+"@")
}

// hides reports whether s holds something that must not show.
func (r redactor) hides(s string) bool { return r.text(s) != s }

func (r redactor) header(h http.Header) http.Header {
	clean := make(http.Header, len(h))
	for name, values := range h {
		if name == "Set-Cookie" {
			continue
		}
		for _, v := range values {
			clean[name] = append(clean[name], r.text(v))
		}
	}
	return clean
}
