package acrcloud

import "time"

// An Attempt is one sending of a request, as [WithObserver] reports it. It holds no query, header, body or credential.
type Attempt struct {
	Op            string        // the operation, such as "files.upload"
	Method        string        // the HTTP method
	Host          string        // the host it was sent to
	Path          string        // the URL's path; empty for a presigned URL
	N             int           // 1 for the first attempt of a call
	StatusCode    int           // the HTTP status; 0 if no answer came
	Err           error         // what went wrong; nil on success
	Reason        string        // why it is tried again; empty if it is not
	Wait          time.Duration // how long until it is tried again
	Duration      time.Duration // from the start of the attempt to the end of the answer
	BytesSent     int64         // of the request's body
	BytesReceived int64         // of the answer's body
}
