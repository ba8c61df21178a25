package mock

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// An Option changes what a new [Server] is like. Of an option that is given several times, the last one counts. One that makes no sense fails
// the server: [Server.Err] and [Server.Start] return what is wrong, and every request gets a 500 and the same text.
type Option interface {
	apply(*options) error
}

type optionFunc func(*options) error

func (f optionFunc) apply(o *options) error { return f(o) }

// options are what options set.
type options struct {
	processing  time.Duration
	listLag     time.Duration
	seed        *uint64
	callbacks   http.RoundTripper
	token       acrcloud.Secret
	accessKey   acrcloud.Secret
	accessPass  acrcloud.Secret
	containerID int
	unreadable  int             // the state of such files
	playsPerDay int             // of each monitored stream
	origins     map[string]bool // nil: no CORS
	regional    bool            // an address for each region
	statePath   string          // empty: nothing is kept
}

// WithProcessingTime is how long a file stays in state 0, from its upload or its rescan. Without it a file is done when it is first looked
// at; the response to the upload itself always says 0. [Server.Complete] ends it early.
func WithProcessingTime(d time.Duration) Option {
	return optionFunc(func(o *options) error {
		o.processing = d
		return notNegative("WithProcessingTime", d)
	})
}

// WithListLag has lists of files, searches among them, show a file only when so much time has passed since its creation. A file is found
// by its id at once. Whether and how long the service's lists lag is not known.
func WithListLag(d time.Duration) Option {
	return optionFunc(func(o *options) error {
		o.listLag = d
		return notNegative("WithListLag", d)
	})
}

func notNegative(option string, d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("mock: %s: %v is negative; use 0 or more", option, d)
	}
	return nil
}

// WithSeed makes the server invent the same access key, ids and tracks each time; the token's times follow the clock. Without it they
// differ from server to server, since some clients remember containers by their id.
func WithSeed(seed uint64) Option {
	return optionFunc(func(o *options) error {
		o.seed = &seed
		return nil
	})
}

// WithToken has the server accept a token of your choice in place of one that it invents, so that the same .env file is good for every start.
// It need not look like a token of the service.
func WithToken(token acrcloud.Secret) Option {
	return optionFunc(func(o *options) error {
		o.token = token
		return credential("WithToken", "token", token)
	})
}

// WithProject has the server's first project use an access key and an access secret of your choice in place of those that it invents, so
// that the same .env file is good for every start.
func WithProject(accessKey, accessSecret acrcloud.Secret) Option {
	return optionFunc(func(o *options) error {
		o.accessKey, o.accessPass = accessKey, accessSecret
		return errors.Join(credential("WithProject", "access key", accessKey), credential("WithProject", "access secret", accessSecret))
	})
}

func credential(option, name string, s acrcloud.Secret) error {
	switch {
	case s.IsZero():
		return fmt.Errorf("mock: %s: the %s is empty; give a text without blanks", option, name)
	case strings.ContainsFunc(s.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return fmt.Errorf("mock: %s: the %s has white space or control characters in it; give a text without", option, name)
	}
	return nil
}

// WithContainerID gives the ready-made container an id of your choice, so that the same .env file is good for every start. Mind that the
// official command line tool remembers for half an hour where a container of an id is.
func WithContainerID(id int) Option {
	return optionFunc(func(o *options) error {
		o.containerID = id
		if id <= 0 {
			return fmt.Errorf("mock: WithContainerID: %d is no id; ids begin at 1", id)
		}
		return nil
	})
}

// WithCallbackTransport sends callbacks through rt instead of real sockets, such as to a handler in the same testing/synctest bubble. rt
// must be safe for concurrent use. A nil rt means real sockets.
func WithCallbackTransport(rt http.RoundTripper) Option {
	return optionFunc(func(o *options) error {
		o.callbacks = rt
		return nil
	})
}

// WithUnreadableState has files in which nothing can be heard, such as texts, empty files and silence, end in a state: -2 or -3, both of which
// the service documents as errors. Without it they end in -1 with no results, and in -2 where a container asks for AI detection. When the
// service says which is not known.
func WithUnreadableState(state int) Option {
	return optionFunc(func(o *options) error {
		o.unreadable = state
		if state != stateUnreadable && state != stateError {
			return fmt.Errorf("mock: WithUnreadableState: %d is no state of a file that failed; use -2 or -3", state)
		}
		return nil
	})
}

// WithPlays has every monitored stream and channel play so many tracks a day, up to now and on any day before, as if it had always been monitored:
// those that the server knows, or some that it invents if it knows none. What is played when follows from the server's seed, the stream's id
// and the day. Without it only what [Server.AddPlay] and [Server.OnPlays] say is played.
func WithPlays(perDay int) Option {
	return optionFunc(func(o *options) error {
		o.playsPerDay = perDay
		if perDay < 0 || perDay > maxPlays {
			return fmt.Errorf("mock: WithPlays: %d is no number of plays in a day; use 0 to %d", perDay, maxPlays)
		}
		return nil
	})
}

// WithCORS has browsers let pages of these origins use the server, such as "http://localhost:5173"; none, or "*", stands for all. Whether the
// service does so is not known.
func WithCORS(origins ...string) Option {
	return optionFunc(func(o *options) error {
		o.origins = map[string]bool{}
		if len(origins) == 0 {
			o.origins["*"] = true
		}
		for _, origin := range origins {
			u, err := url.Parse(origin)
			if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host) {
				return fmt.Errorf("mock: WithCORS: %q is no origin; write it as browsers do, such as \"http://localhost:5173\", or \"*\"", origin)
			}
			o.origins[origin] = true
		}
		return nil
	})
}

// WithRegionAddresses has [Server.Start] listen on an address for each region, too, which is what the region's hosts are: files of another
// region's containers are refused there, and so are access keys of another region's projects. [Server.RegionURL] returns it. The main
// address then makes no identifications. Without it, one address stands for all hosts.
func WithRegionAddresses() Option {
	return optionFunc(func(o *options) error {
		o.regional = true
		return nil
	})
}
