package acrcloud

import (
	"context"
	"time"
)

// An Attempt is one sending of a request, as [WithObserver] reports it. It holds no query, header, body or credential.
type Attempt struct {
	Op            string        // the operation, such as "files.upload"
	Method        string        // the HTTP method
	Host          string        // the host it was sent to
	Path          string        // the URL's path; empty for a presigned URL
	N             int           // 1 for the first attempt of a call
	StatusCode    int           // the HTTP status; 0 if there was no response
	Err           error         // what went wrong; nil on success
	Reason        string        // why it is retried; empty if it is not
	Wait          time.Duration // how long until the retry
	Duration      time.Duration // from the start of the attempt to the end of the response
	BytesSent     int64         // of the request's body
	BytesReceived int64         // of the response's body

	ctx context.Context
}

// Context returns the context of the call that the attempt belongs to, such as for a trace or a logger that it carries. It is never nil.
func (a Attempt) Context() context.Context {
	if a.ctx == nil {
		return context.Background()
	}
	return a.ctx
}
