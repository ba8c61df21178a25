package transport

// RetryAfter is tested on its own.
var RetryAfter = retryAfter
