package webhook

import (
	"net/netip"
	"slices"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// An Option changes how a [Handler] behaves. A nil Option is ignored. An option with a bad value makes [NewHandler] return an
// [*acrcloud.ArgumentError].
type Option interface {
	apply(*config) error
}

type optionFunc func(*config) error

func (f optionFunc) apply(c *config) error { return f(c) }

// config is what the options set.
type config struct {
	guard           *guard // nil: no secret
	open            bool   // WithoutAuthentication
	verifier        Verifier
	allowed         []netip.Prefix
	proxies         []netip.Prefix
	containers      []int
	maxBytes        int64
	readTimeout     time.Duration
	callbackTimeout time.Duration
	deduplicator    Deduplicator
	files           FileSource
	notifier        *Notifier
	observers       []func(Delivery)
	workers, depth  int
}

func argument(field, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
}

// WithSecret admits only requests that have one of the secrets as the query parameter, or as the header, of that name, exactly once.
// Several secrets are for rotation: give the new one to the container, and take the old one away when no callback has it any more.
// They are compared in constant time. [CallbackURL] makes the URL that carries one.
func WithSecret(name string, secrets ...acrcloud.Secret) Option {
	return optionFunc(func(c *config) error {
		const field = "WithSecret"
		switch {
		case c.guard != nil:
			return argument(field, "was given twice", "give all secrets in one WithSecret, under one name")
		case !isParameterName(name):
			return argument(field, "got a name that a query parameter or header cannot have", `use letters, digits, "-" and "_", such as "key"`)
		case len(secrets) == 0:
			return argument(field, "got no secret", "make one with acrcloud.NewSecret from 32 random characters or more")
		case slices.ContainsFunc(secrets, acrcloud.Secret.IsZero):
			return argument(field, "got an empty secret", "make one with acrcloud.NewSecret from 32 random characters or more")
		}
		c.guard = newGuard(name, slices.Clone(secrets))
		return nil
	})
}

// WithoutAuthentication admits requests without a secret: for a handler behind something else that keeps strangers out.
func WithoutAuthentication() Option {
	return optionFunc(func(c *config) error {
		c.open = true
		return nil
	})
}

// WithVerifier also has v look at each request, after the secret was checked and the body read. What it refuses is answered with 401.
func WithVerifier(v Verifier) Option {
	return optionFunc(func(c *config) error {
		if v == nil {
			return argument("WithVerifier", "got nil", "leave the option out")
		}
		c.verifier = v
		return nil
	})
}

// WithAllowedPrefixes admits only peers in these networks; others are answered with 403. ACRCloud publishes no list of its own, so
// this is for a gateway or a tunnel in front. See [WithTrustedProxies] for what the peer is.
func WithAllowedPrefixes(prefixes ...netip.Prefix) Option {
	return optionFunc(func(c *config) (err error) {
		c.allowed, err = addPrefixes("WithAllowedPrefixes", c.allowed, prefixes)
		return err
	})
}

// WithTrustedProxies names the networks of your own reverse proxies. Behind one of them the peer is what X-Forwarded-For says, read
// from the right and past further trusted proxies: what is left of that can be invented by anyone. From anywhere else the header
// counts for nothing. Other headers, such as Forwarded and X-Real-IP, are not read.
func WithTrustedProxies(prefixes ...netip.Prefix) Option {
	return optionFunc(func(c *config) (err error) {
		c.proxies, err = addPrefixes("WithTrustedProxies", c.proxies, prefixes)
		return err
	})
}

// WithContainers names the containers whose files are expected. A file of another container is dropped: the answer is 200, and the
// observer is told [ReasonContainer]. With [WithRefetch] these are also the only containers that are asked for a file by the posted
// id; without WithContainers that is the client's own, Config.ContainerID. Other kinds of events have no container.
func WithContainers(ids ...int) Option {
	return optionFunc(func(c *config) error {
		if len(ids) == 0 || slices.ContainsFunc(ids, func(id int) bool { return id <= 0 }) {
			return argument("WithContainers", "got no id, or one that is not positive", "use the numbers that the console shows for the containers")
		}
		c.containers = append(c.containers, ids...)
		return nil
	})
}

// WithMaxBytes limits the body of a request; a larger one is answered with 413. The default is 16 MiB.
func WithMaxBytes(n int64) Option {
	return optionFunc(func(c *config) error {
		if n <= 0 || n > 1<<30 {
			return argument("WithMaxBytes", "is not between 1 and 1 GiB", "leave it out for 16 MiB")
		}
		c.maxBytes = n
		return nil
	})
}

// WithReadTimeout is how long the body of a request may take to arrive; then the answer is 408. The default is 30 seconds.
func WithReadTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) error {
		if d <= 0 {
			return argument("WithReadTimeout", "is not positive", "leave it out for 30 seconds")
		}
		c.readTimeout = d
		return nil
	})
}

// WithCallbackTimeout is how long the function may take with one event: its context ends then, and the request is answered with 500.
// The default is 30 seconds. How long ACRCloud waits is not known; see [WithQueue] for work that takes long.
func WithCallbackTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) error {
		if d <= 0 {
			return argument("WithCallbackTimeout", "is not positive", "leave it out for 30 seconds")
		}
		c.callbackTimeout = d
		return nil
	})
}

// WithDeduplicator replaces the default, which remembers in this process only; see [NewMemoryDeduplicator]. Programs on several
// machines share one, such as a table with a unique key.
func WithDeduplicator(d Deduplicator) Option {
	return optionFunc(func(c *config) error {
		if d == nil {
			return argument("WithDeduplicator", "got nil", "leave the option out for the one in memory")
		}
		c.deduplicator = d
		return nil
	})
}

// WithRefetch has each file-scan event fetched from the API, and hands over what the API says instead of the posted body: whoever
// knows the URL can post, but not change what the API says. A file that the API does not know is dropped: the answer is 200, and the
// observer is told [ReasonNotFound]. Where the API cannot be asked, or says that the file is still being processed, the answer is
// 503 and the event is not lost: it may be posted again, and polling finds it.
//
// The files are the client's own container's, or those of [WithContainers]. Events of other kinds are handed over as they were
// posted, with Event.Refetched false.
func WithRefetch(files FileSource) Option {
	return optionFunc(func(c *config) error {
		if files == nil {
			return argument("WithRefetch", "got nil", "give it a *filescan.Client")
		}
		c.files = files
		return nil
	})
}

// WithQueue answers before the function is called: events wait in memory, and up to workers calls run at a time. When depth events
// wait already the answer is 429. An event in the queue is not done: it is lost when the process dies, and one that fails is not
// posted again, having been answered with 200. Call [Handler.Shutdown] before the program ends.
func WithQueue(workers, depth int) Option {
	return optionFunc(func(c *config) error {
		if workers < 1 || depth < 0 {
			return argument("WithQueue", "has no worker or a negative depth", "use 1 worker or more, and as many places as may wait")
		}
		c.workers, c.depth = workers, depth
		return nil
	})
}

// WithObserver calls f after each request, and after each call of the function from a queue: an operator's log of callbacks, for
// which there is [LogTo]. f is called from many goroutines. Several observers are called in their order.
func WithObserver(f func(Delivery)) Option {
	return optionFunc(func(c *config) error {
		if f == nil {
			return argument("WithObserver", "got nil", "leave the option out")
		}
		c.observers = append(c.observers, f)
		return nil
	})
}

// WithNotifier tells n of each file-scan event that passes the checks, duplicates included and before anything is fetched, so that a
// Wait which has n as its Notifier looks at once.
func WithNotifier(n *Notifier) Option {
	return optionFunc(func(c *config) error {
		if n == nil {
			return argument("WithNotifier", "got nil", "make one with NewNotifier")
		}
		c.notifier = n
		return nil
	})
}
