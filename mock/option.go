package mock

import (
	"net/http"
	"time"
)

// An Option changes what a new [Server] is like.
type Option func(*Server)

// WithProcessingTime is how long a file stays in state 0, from its upload or its rescan. Without it a file is done when it is first looked
// at; the answer to the upload itself always says 0. [Server.Complete] ends it early.
func WithProcessingTime(d time.Duration) Option {
	return func(s *Server) { s.processing = max(d, 0) }
}

// WithListLag has lists of files, searches among them, show a file only when so much time has passed since its creation. A file is found
// by its id at once. Whether and how long the service's lists lag is not known.
func WithListLag(d time.Duration) Option {
	return func(s *Server) { s.listLag = max(d, 0) }
}

// WithSeed makes the server invent the same access key, ids and tracks each time; the token's times follow the clock. Without it they
// differ from server to server, since some clients remember containers by their id.
func WithSeed(seed uint64) Option {
	return func(s *Server) { s.seed = seed }
}

// WithCallbackTransport sends callbacks through rt instead of real sockets, such as to a handler in the same testing/synctest bubble. rt
// must be safe for concurrent use.
func WithCallbackTransport(rt http.RoundTripper) Option {
	return func(s *Server) {
		if rt != nil {
			s.callbacks = rt
		}
	}
}
