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

// An Option configures a new [Server]. If an option is given several times, the last one counts. With an invalid one,
// [Server.Err] and [Server.Start] return its error, and every request gets status 500 with the same text.
type Option interface {
	apply(*options) error
}

type optionFunc func(*options) error

func (f optionFunc) apply(o *options) error { return f(o) }

// options are the values that Options set.
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
	bodies      int64           // how many bytes of bodies are kept
	statePath   string          // empty: nothing is kept
}

// WithProcessingTime sets how long a file stays in state 0 after its upload or rescan. Without it, a file is done when
// it is first requested; the response to the upload always has state 0. [Server.Complete] ends processing early.
func WithProcessingTime(d time.Duration) Option {
	return optionFunc(func(o *options) error {
		o.processing = d
		return notNegative("WithProcessingTime", d)
	})
}

// WithListLag makes lists and searches of files show a file only after this time since its creation. A file is found by
// its id immediately. Whether and how long the service's lists lag is not known.
func WithListLag(d time.Duration) Option {
	return optionFunc(func(o *options) error {
		o.listLag = d
		return notNegative("WithListLag", d)
	})
}

func notNegative(option string, d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("mock: %s: %v is negative: use 0 or more", option, d)
	}
	return nil
}

// WithSeed makes the server invent the same access key, ids and tracks each time; the token's times follow the clock.
// Without it, they differ from server to server, since some clients remember containers by their id.
func WithSeed(seed uint64) Option {
	return optionFunc(func(o *options) error {
		o.seed = &seed
		return nil
	})
}

// WithToken makes the server accept the given token instead of an invented one, so that the same .env file works for
// every start. It need not look like a token of the service.
func WithToken(token acrcloud.Secret) Option {
	return optionFunc(func(o *options) error {
		o.token = token
		return credential("WithToken", "token", token)
	})
}

// WithProject gives the server's first project the given access key and access secret instead of invented ones, so that
// the same .env file works for every start.
func WithProject(accessKey, accessSecret acrcloud.Secret) Option {
	return optionFunc(func(o *options) error {
		o.accessKey, o.accessPass = accessKey, accessSecret
		return errors.Join(credential("WithProject", "access key", accessKey), credential("WithProject", "access secret", accessSecret))
	})
}

func credential(option, name string, s acrcloud.Secret) error {
	switch {
	case s.IsZero():
		return fmt.Errorf("mock: %s: the %s is empty: use a text without blanks", option, name)
	case strings.ContainsFunc(s.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return fmt.Errorf("mock: %s: the %s has white space or control characters: remove them", option, name)
	}
	return nil
}

// WithContainerID gives the ready-made container the given id, so that the same .env file works for every start. Note
// that the official command line tool caches the region of a container id for half an hour.
func WithContainerID(id int) Option {
	return optionFunc(func(o *options) error {
		o.containerID = id
		if id <= 0 {
			return fmt.Errorf("mock: WithContainerID: %d is not an id: use 1 or more", id)
		}
		return nil
	})
}

// WithCallbackTransport sends callbacks through rt instead of sockets, such as to a handler in the same
// testing/synctest bubble. rt must be safe for concurrent use. A nil rt means sockets.
func WithCallbackTransport(rt http.RoundTripper) Option {
	return optionFunc(func(o *options) error {
		o.callbacks = rt
		return nil
	})
}

// WithUnreadableState sets the final state of files without audible sound, such as texts, empty files and silence: -2
// or -3, which the service documents as errors. Without it, they end in -1 without results, or in -2 if the container
// has AI detection. When the service uses which state is not known.
func WithUnreadableState(state int) Option {
	return optionFunc(func(o *options) error {
		o.unreadable = state
		if state != stateUnreadable && state != stateError {
			return fmt.Errorf("mock: WithUnreadableState: %d is not the state of a failed file: use -2 or -3", state)
		}
		return nil
	})
}

// WithPlays makes every monitored stream and channel play this many tracks a day, up to now and on any past day, as if
// it had always been monitored. It plays the server's tracks, or invented ones if there are none. The plays depend on
// the server's seed, the stream's id and the day. Without it, the only plays are those of [Server.AddPlay] and
// [Server.OnPlays].
func WithPlays(perDay int) Option {
	return optionFunc(func(o *options) error {
		o.playsPerDay = perDay
		if perDay < 0 || perDay > maxPlays {
			return fmt.Errorf("mock: WithPlays: %d plays per day are not possible: use 0 to %d", perDay, maxPlays)
		}
		return nil
	})
}

// WithCORS allows web pages of these origins to use the server, such as "http://localhost:5173"; none, or "*", means
// all. Whether the service allows this is not known.
func WithCORS(origins ...string) Option {
	return optionFunc(func(o *options) error {
		o.origins = map[string]bool{}
		if len(origins) == 0 {
			o.origins["*"] = true
		}
		for _, origin := range origins {
			u, err := url.Parse(origin)
			if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host) {
				return fmt.Errorf("mock: WithCORS: %q is not an origin: use one such as \"http://localhost:5173\", or \"*\"", origin)
			}
			o.origins[origin] = true
		}
		return nil
	})
}

// WithRegionAddresses makes [Server.Start] listen on one more address per region, which stands for the region's hosts:
// it refuses files of other regions' containers, and access keys of other regions' projects. [Server.RegionURL] returns
// the address. The main address then refuses identifications. Without this option, one address stands for all hosts.
func WithRegionAddresses() Option {
	return optionFunc(func(o *options) error {
		o.regional = true
		return nil
	})
}
