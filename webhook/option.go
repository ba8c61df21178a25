package webhook

import (
	"net/netip"
	"slices"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// An Option changes how a [Handler] behaves. A nil Option is ignored. An option with a bad value makes [NewHandler] return an
// [*acrcloud.ArgumentError].
//
// An option may be given again. One that sets a value replaces the earlier value: WithMaxBytes, WithReadTimeout, WithCallbackTimeout,
// WithDeduplicator, WithRefetch, WithQueue. One that names several things, or adds a check, adds to the earlier ones: WithSecret,
// WithVerifier, WithAllowedPrefixes, WithTrustedProxies, WithContainers, WithNotifier, WithNotifyTarget, WithObserver.
type Option interface {
	apply(*config) error
}

type optionFunc func(*config) error

func (f optionFunc) apply(c *config) error { return f(c) }

// config is what the options set.
type config struct {
	secretName      string
	secrets         []acrcloud.Secret
	open            bool // WithoutAuthentication
	verifiers       []Verifier
	allowed         []netip.Prefix
	proxies         []netip.Prefix
	containers      []int
	maxBytes        int64
	readTimeout     time.Duration
	callbackTimeout time.Duration
	deduplicator    Deduplicator
	files           FileSource
	targets         []NotifyTarget
	observers       []func(Delivery)
	workers, depth  int
}

// check refuses what cannot work together.
func (c *config) check() error {
	authenticates := len(c.secrets) > 0 || len(c.verifiers) > 0
	switch {
	case !authenticates && !c.open:
		return argument("NewHandler", "has nothing to authenticate requests with", "use WithSecret, or WithoutAuthentication if something else authenticates requests")
	case len(c.secrets) > 0 && c.open:
		return argument("NewHandler", "got WithSecret and WithoutAuthentication", "leave one of them out")
	case authenticates && c.open:
		return argument("NewHandler", "got WithVerifier and WithoutAuthentication", "leave one of them out")
	case len(c.allowed) > 0 && slices.ContainsFunc(c.proxies, func(p netip.Prefix) bool { return p.Bits() == 0 }):
		return argument("WithTrustedProxies", "trusts every address, so any sender could claim to be in WithAllowedPrefixes", "name the networks of your own proxies")
	}
	return nil
}

func argument(field, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
}

// WithSecret admits only requests that have one of the secrets as the query parameter, or as the header, of that name, exactly once.
// A secret has 16 bytes or more; [NewSecret] makes one, and [CallbackURL] the URL that carries it. Secrets are compared in constant
// time.
//
// Several secrets are for rotation: give the new one to the container, and take the old one away when no callback has it any more.
// WithSecret may be repeated, with the same name.
func WithSecret(name string, secrets ...acrcloud.Secret) Option {
	return optionFunc(func(c *config) error {
		const field, remedy = "WithSecret", "make one with webhook.NewSecret()"
		switch {
		case !isParameterName(name):
			return argument(field, "got a name that a query parameter or header cannot have", `use letters, digits, "-" and "_", such as "key"`)
		case isCommonHeader(name):
			return argument(field, "got the name of a header that every request may have", `choose another name, such as "key"`)
		case c.secretName != "" && c.secretName != name:
			return argument(field, "was given again with another name", "use one name for all secrets")
		case len(secrets) == 0:
			return argument(field, "got no secret", remedy)
		case slices.ContainsFunc(secrets, acrcloud.Secret.IsZero):
			return argument(field, "got an empty secret", remedy)
		case slices.ContainsFunc(secrets, func(s acrcloud.Secret) bool { return len(s.Reveal()) < minSecret }):
			return argument(field, "got a secret of less than 16 bytes, which can be guessed", remedy)
		}
		c.secretName = name
		c.secrets = append(c.secrets, secrets...)
		return nil
	})
}

// WithoutAuthentication admits requests without a secret: for a handler behind something else that authenticates requests.
func WithoutAuthentication() Option {
	return optionFunc(func(c *config) error {
		c.open = true
		return nil
	})
}

// WithVerifier has v check each request, after the secret was checked and the body read. A request that v refuses gets 401. Several
// verifiers must all accept a request.
func WithVerifier(v Verifier) Option {
	return optionFunc(func(c *config) error {
		if checked.IsNil(v) {
			return argument("WithVerifier", "got nil", "leave the option out")
		}
		c.verifiers = append(c.verifiers, v)
		return nil
	})
}

// WithAllowedPrefixes admits only peers in these networks; others get 403. ACRCloud publishes no list of its own, so this is for a
// gateway or a tunnel in front. See [WithTrustedProxies] for what the peer is.
func WithAllowedPrefixes(prefixes ...netip.Prefix) Option {
	return optionFunc(func(c *config) (err error) {
		c.allowed, err = addPrefixes("WithAllowedPrefixes", c.allowed, prefixes)
		return err
	})
}

// WithTrustedProxies names the networks of your own reverse proxies. Behind one of them the peer is taken from X-Forwarded-For, read
// from the right and past further trusted proxies: anyone can invent what is left of that. From anywhere else the header is ignored.
// Other headers, such as Forwarded and X-Real-IP, are not read.
func WithTrustedProxies(prefixes ...netip.Prefix) Option {
	return optionFunc(func(c *config) (err error) {
		c.proxies, err = addPrefixes("WithTrustedProxies", c.proxies, prefixes)
		return err
	})
}

// WithContainers names the containers whose files are expected. A file of another container is dropped: the response is 200, and the
// observer sees [ReasonContainer]. Other kinds of events have no container.
//
// With [WithRefetch] these are also the only containers that are asked for a file, and a callback that does not name its container is
// looked for in each of them.
func WithContainers(ids ...int) Option {
	return optionFunc(func(c *config) error {
		if len(ids) == 0 || slices.ContainsFunc(ids, func(id int) bool { return id <= 0 }) {
			return argument("WithContainers", "got no id, or one that is not positive", "use the numbers that the console shows for the containers")
		}
		c.containers = append(c.containers, ids...)
		return nil
	})
}

// WithMaxBytes limits the body of a request; a larger one gets 413. The default is 4 MiB, 20 times the largest callback known. Decoding
// takes at most 32 times the body, plus 1 MiB, of memory.
func WithMaxBytes(n int64) Option {
	return optionFunc(func(c *config) error {
		if n <= 0 || n > 1<<30 {
			return argument("WithMaxBytes", "is not between 1 and 1 GiB", "leave it out for 4 MiB")
		}
		c.maxBytes = n
		return nil
	})
}

// WithReadTimeout is how long the body of a request may take to arrive; then the response is 408. The default is 30 seconds.
func WithReadTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) error {
		if d <= 0 {
			return argument("WithReadTimeout", "is not positive", "leave it out for 30 seconds")
		}
		c.readTimeout = d
		return nil
	})
}

// WithCallbackTimeout is how long the function may take with one event: its context ends then, and the request gets 500. The default
// is 30 seconds. How long ACRCloud waits is not known; see [WithQueue] for work that takes long.
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
		if checked.IsNil(d) {
			return argument("WithDeduplicator", "got nil", "leave the option out for the one in memory")
		}
		c.deduplicator = d
		return nil
	})
}

// WithRefetch fetches the file of each file-scan event from the API, and hands over what the API says instead of the posted body:
// whoever knows the URL can post, but not change what the API says. The results in the posted body are not even decoded. A file that
// the API does not know is dropped: the response is 200, and the observer sees [ReasonNotFound]. Where the API cannot be asked, or
// reports the file as still being processed, the response is 503 and the event is not lost: it may be posted again, and polling finds
// it.
//
// The container is the one that the callback names. Without [WithContainers], a callback that names none gets 400.
//
// With [WithQueue] at most as many files are fetched at a time as there are workers. Events of other kinds are handed over as they
// were posted, with Event.Refetched false.
func WithRefetch(files FileSource) Option {
	return optionFunc(func(c *config) error {
		if checked.IsNil(files) {
			return argument("WithRefetch", "got nil", "pass a *filescan.Client")
		}
		c.files = files
		return nil
	})
}

// WithQueue responds before the function is called: events wait in memory, and up to workers calls run at a time. When depth events
// wait already the response is 429. An event in the queue is not done: it is lost when the process dies, and one that fails is not
// posted again, since its response was 200. Call [Handler.Shutdown] before the program ends.
func WithQueue(workers, depth int) Option {
	return optionFunc(func(c *config) error {
		const limit = 1 << 20
		if workers < 1 || workers > limit || depth < 0 || depth > limit {
			return argument("WithQueue", "has no worker, a negative depth, or more than 1,048,576 of either", "use 1 worker or more, and as many places as may wait")
		}
		c.workers, c.depth = workers, depth
		return nil
	})
}

// WithObserver calls f after each request, and after each call of the function from a queue: an operator's log of callbacks, for
// which there is [LogTo]. f is called from many goroutines. Several observers are called in their order. A panic of f is dropped.
func WithObserver(f func(Delivery)) Option {
	return optionFunc(func(c *config) error {
		if f == nil {
			return argument("WithObserver", "got nil", "leave the option out")
		}
		c.observers = append(c.observers, f)
		return nil
	})
}

// WithNotifier is [WithNotifyTarget] for a [Notifier]: a filescan.Files.Wait that has n as its Notifier polls
// immediately.
func WithNotifier(n *Notifier) Option {
	return optionFunc(func(c *config) error {
		if n == nil {
			return argument("WithNotifier", "got nil", "make one with NewNotifier")
		}
		return WithNotifyTarget(n).apply(c)
	})
}

// WithNotifyTarget notifies t of each file-scan event that passes the checks, duplicates included and before anything is fetched. It
// is for programs whose waits run in other processes; in one process use [WithNotifier].
func WithNotifyTarget(t NotifyTarget) Option {
	return optionFunc(func(c *config) error {
		if checked.IsNil(t) {
			return argument("WithNotifyTarget", "got nil", "leave the option out")
		}
		c.targets = append(c.targets, t)
		return nil
	})
}
