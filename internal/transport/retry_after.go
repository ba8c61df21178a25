package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter stands for any longer wait: it is beyond every cap.
const maxRetryAfter = 100 * 365 * 24 * time.Hour

// retryAfter reads the Retry-After header: whole or fractional seconds, or a date, which is compared with the server's own
// clock if it sends the time. What makes no sense counts as absent; what lies in the past is 0.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil || math.IsInf(seconds, 0) {
		switch {
		case math.IsNaN(seconds), seconds < 0:
			return 0, false
		case seconds >= maxRetryAfter.Seconds():
			return maxRetryAfter, true
		}
		return time.Duration(seconds * float64(time.Second)), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}
