package remedy

import (
	"net/http"
	"strings"
)

// Identification reports whether the identification API was asked.
func (a Response) Identification() bool {
	return strings.HasPrefix(a.Op, "identify") || strings.HasSuffix(a.Path, "/v1/identify")
}

// ofCode is about the status codes of the identification API.
func ofCode(code int) string {
	switch code {
	case 2004:
		return "The service could not create a fingerprint of the sample: send about 12 seconds of audio that is neither silent nor noise, in a common format."
	case 3000:
		return "The service failed, and may have counted the request all the same. RetryPolicy.RetryServiceErrors tries such requests again."
	case 3001:
		return "The access key is missing or unknown to this host: use the access key and the host that the console shows together for a project. A Console API token does not work here."
	case 3002:
		return "The request did not arrive as a form: check whether something in between rewrites requests."
	case 3003:
		return "The limit of the account or project is used up: wait until it is renewed, or raise it in the console."
	case 3006:
		return "The service refused the request's arguments: check that a fingerprint was created by ACRCloud's own tools, and the fields added with WithField."
	case 3013:
		return "This code is not documented; ACRCloud's own tools stop on it as on a used-up limit: check the account and the project in the console."
	case 3014:
		return "The signature does not match: use the access key, access secret and host of the same project."
	case 3015:
		return "Too many requests per second for the project: share one client, slow it down with WithRateLimiter, or raise the limit in the console."
	case 3016:
		return "Send less: 12 seconds are enough to identify a recording."
	}
	return ""
}

// ofIdentification is about responses of the identification host without a status code, which come from a proxy or from another
// host as a rule.
func ofIdentification(a Response) string {
	switch status := a.StatusCode; {
	case status == http.StatusRequestEntityTooLarge:
		return ofCode(3016)
	case status == http.StatusTooManyRequests:
		return a.slowDown()
	case status >= 300 && status < 500:
		return "The identification service would respond with a status code of its own: check Config.IdentifyHost, and whether a proxy or firewall is in between."
	}
	return ""
}
