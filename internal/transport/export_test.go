package transport

// RetryAfter is tested on its own.
var RetryAfter = retryAfter

// Redact is what a response goes through on its way into an error.
func Redact(resp *Response, secrets ...string) *Response {
	r := newRedactor(secrets...)
	clean := *resp
	clean.Header, clean.Body = r.header(resp.Header), []byte(r.withoutSecrets(string(resp.Body)))
	return &clean
}
