package transport

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Queries and user information of URLs in text, also where JSON has escaped the text; and JWTs, of whoever they are.
var (
	urlQuery    = regexp.MustCompile(`\?[^\s"'<>?]*=[^\s"'<>]*`)
	urlUserInfo = regexp.MustCompile(`(:(?:\\?/){2})[^\s"'<>/@]*@`)
	jwt         = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`)
)

const (
	redactedText = "[redacted]"
	minSecret    = 4 // shorter text would blot out parts of every other word
	minPart      = 6 // of a URL or query: "true" and "json" are no secrets
	minPiece     = 8 // of a secret whose end was cut off: "https://" is no secret
)

// A redactor removes secrets from text that goes into an error, however the text spells them.
type redactor struct{ secrets []string } // the longest first

// newRedactor knows the secrets, and the parts of those that are URLs or queries.
func newRedactor(secrets ...string) redactor {
	var r redactor
	for _, s := range secrets {
		r.secrets = withSecret(r.secrets, s, minSecret)
		for _, part := range parts(s) {
			r.secrets = withSecret(r.secrets, part, minPart)
		}
	}
	slices.SortStableFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	return r
}

// withSecret adds a secret, without the padding of Base64, which is often left out.
func withSecret(secrets []string, s string, least int) []string {
	s = strings.TrimRight(s, "=")
	if len(s) < least || slices.Contains(secrets, s) {
		return secrets
	}
	return append(secrets, s)
}

// parts returns what is secret by itself of a secret URL or query: the values of the query, the password.
func parts(secret string) []string {
	var all []string
	query := secret
	if u, err := url.Parse(secret); err == nil && (u.Host != "" || strings.Contains(secret, "?")) {
		query = u.RawQuery
		all = append(all, query, u.Fragment)
		if password, ok := u.User.Password(); ok {
			all = append(all, password, u.User.String())
		} else {
			all = append(all, u.User.Username())
		}
	}
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		_, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		all = append(all, value)
	}
	return all
}

// Shows reports whether a text has one of the secrets in it, however it spells them.
func Shows(text string, secrets ...string) bool {
	for _, secret := range secrets {
		for _, s := range withSecret(nil, secret, 1) {
			if without(text, s) != text {
				return true
			}
		}
	}
	return false
}

func (r redactor) text(s string) string {
	s = r.withoutSecrets(s)
	s = jwt.ReplaceAllString(s, redactedText)
	s = urlQuery.ReplaceAllString(s, "?"+redactedText)
	return urlUserInfo.ReplaceAllString(s, "${1}"+redactedText+"@")
}

// WithoutCredentials removes tokens, and the credentials of URLs, from text of the service.
func WithoutCredentials(s string) string { return redactor{}.text(s) }

// header keeps no more of a header than of a body. The shorter fields come first: they say more.
func (r redactor) header(h http.Header) http.Header {
	size := func(name string) (n int) {
		for _, v := range h[name] {
			n += len(v)
		}
		return n
	}
	names := slices.SortedFunc(maps.Keys(h), func(a, b string) int { return cmp.Or(cmp.Compare(size(a), size(b)), cmp.Compare(a, b)) })
	clean, left := make(http.Header, len(h)), maxErrorBody
	for _, name := range names {
		if name == "Set-Cookie" {
			continue
		}
		for _, v := range h[name] {
			if len(name)+len(v) > left {
				return clean
			}
			v = r.text(v)
			if left -= len(name) + len(v); left < 0 {
				return clean
			}
			clean[name] = append(clean[name], v)
		}
	}
	return clean
}

// withoutSecrets replaces each secret, in any spelling, and the beginning of one whose end was cut off with the text.
func (r redactor) withoutSecrets(s string) string {
	s, cut := strings.CutSuffix(s, ellipsis)
	for _, secret := range r.secrets {
		s = without(s, secret)
	}
	if cut {
		s += ellipsis
	}
	return s
}

func without(s, secret string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		n := spelled(s[i:], secret)
		if n == 0 {
			i++
			continue
		}
		out.WriteString(s[done:i])
		out.WriteString(redactedText)
		i += n
		done = i
	}
	if done == 0 {
		return s
	}
	return out.String() + s[done:]
}

// spelled returns how many bytes at the beginning of s spell the secret, with its padding; 0 if they do not. A beginning of the secret
// that ends with s counts.
func spelled(s, secret string) int {
	at := 0
	for i := range len(secret) {
		if at >= len(s) {
			if i > minPiece {
				return at
			}
			return 0
		}
		b, n := s[at], 1
		if !same(secret[i], b) {
			if b, n = unescape(s[at:]); n == 0 || !same(secret[i], b) {
				return 0
			}
		}
		at += n
	}
	for at < len(s) {
		b, n := s[at], 1
		if b != '=' {
			b, n = unescape(s[at:])
		}
		if b != '=' || n == 0 {
			break
		}
		at += n
	}
	return at
}

// same compares a byte of a secret with one of text. Base64 has two alphabets, and a plus may have become a blank.
func same(secret, text byte) bool {
	switch secret {
	case text:
		return true
	case '+':
		return text == '-' || text == ' '
	case '/':
		return text == '_'
	case '-':
		return text == '+'
	case '_':
		return text == '/'
	case ' ':
		return text == '+'
	}
	return false
}

// unescape reads one byte that a URL, JSON or HTML has escaped, once or twice, and returns it with its length; 0 if there is none.
func unescape(s string) (byte, int) {
	b, n := unescapeOnce(s)
	if n == 0 || b != '%' && b != '\\' && b != '&' {
		return b, n
	}
	if again, m := unescapeOnce(string(rune(b)) + s[n:min(len(s), n+maxEscape)]); m != 0 {
		return again, n + m - 1
	}
	return b, n
}

// maxEscape is the length of the longest escape.
const maxEscape = len(`\u002b`)

// entities are how HTML and XML spell what they cannot write.
var entities = map[string]byte{"&amp;": '&', "&quot;": '"', "&lt;": '<', "&gt;": '>', "&#39;": '\'', "&#34;": '"', "&#43;": '+', "&#61;": '='}

func unescapeOnce(s string) (byte, int) {
	switch {
	case strings.HasPrefix(s, "%"):
		return hexByte(s, 1, 2)
	case strings.HasPrefix(s, `\u00`):
		return hexByte(s, len(`\u00`), 2)
	case strings.HasPrefix(s, `\`) && len(s) > 1:
		return s[1], 2
	case strings.HasPrefix(s, "&"):
		for name, b := range entities {
			if strings.HasPrefix(s, name) {
				return b, len(name)
			}
		}
	}
	return 0, 0
}

func hexByte(s string, at, digits int) (byte, int) {
	if len(s) < at+digits {
		return 0, 0
	}
	v, err := strconv.ParseUint(s[at:at+digits], 16, 8)
	if err != nil {
		return 0, 0
	}
	return byte(v), at + digits
}
