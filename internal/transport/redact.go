package transport

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Queries and user information of URLs in text, also where JSON has escaped the text; and JWTs, of whoever they are.
var (
	urlQuery    = regexp.MustCompile(`\?[^\s"'<>?]*=[^\s"'<>]*`)
	urlUserInfo = regexp.MustCompile(`(:(?:\\?/){2})[^\s"'<>/@]*@`)
	jwt         = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`)
)

// A redactor removes secrets from text that goes into an error.
type redactor struct {
	spelled []string // the secrets, in each spelling
	replace *strings.Replacer
}

// newRedactor knows the secrets as they are and as a URL or JSON spells them.
func newRedactor(secrets ...string) redactor {
	var r redactor
	var pairs []string
	for _, s := range secrets {
		if len(s) < minSecret {
			continue
		}
		for _, spelled := range []string{s, url.QueryEscape(s), strings.ReplaceAll(s, "/", `\/`)} {
			if !slices.Contains(r.spelled, spelled) {
				r.spelled = append(r.spelled, spelled)
				pairs = append(pairs, spelled, redactedText)
			}
		}
	}
	r.replace = strings.NewReplacer(pairs...)
	return r
}

const (
	redactedText = "[redacted]"
	minSecret    = 4 // shorter text would blot out parts of every other word
	minPiece     = 8 // of a cut-off one has to be longer: "https://" is no secret
)

// Redact removes secrets, in each spelling and also where the end of one was cut off, from a body.
func Redact(body []byte, secrets ...string) []byte {
	r := newRedactor(secrets...)
	return []byte(r.withoutPiece(r.replace.Replace(string(body))))
}

func (r redactor) text(s string) string {
	s = r.withoutPiece(r.replace.Replace(s))
	s = jwt.ReplaceAllString(s, redactedText)
	s = urlQuery.ReplaceAllString(s, "?"+redactedText)
	return urlUserInfo.ReplaceAllString(s, "${1}"+redactedText+"@")
}

// withoutPiece takes away the beginning of a secret that was cut off with the text.
func (r redactor) withoutPiece(s string) string {
	whole, cut := strings.CutSuffix(s, ellipsis)
	for _, secret := range r.spelled {
		for n := min(len(secret)-1, len(whole)); n > minPiece; n-- {
			if strings.HasSuffix(whole, secret[:n]) {
				whole = whole[:len(whole)-n] + redactedText
				break
			}
		}
	}
	if cut {
		return whole + ellipsis
	}
	return whole
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
