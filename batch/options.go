package batch

import (
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// Changed says what becomes of an item whose Version is another than that of the job with its key.
type Changed string

// What can become of it.
const (
	ChangedFails Changed = ""    // an outcome with FailureChanged; the job stays as it is
	ChangedNew   Changed = "new" // a job of its own, whose key is the item's with "@" and a hash of the version behind it
)

// Options are the options of [Scan] and [NewStepper]. The zero value keeps the journal in memory, so that nothing survives the process.
type Options struct {
	Store Store                            // nil: NewMemory(). NewStepper ignores it
	Open  func(ref string) acrcloud.Source // opens the content of a job whose Source is not at hand, such as acrcloud.FromFile

	Uploads int // how many jobs are being uploaded at once, at most; 0: 4
	Waiting int // how many more are in process, waiting for the service, at most; 0: 1000

	// MaxBytesPerSecond is the bandwidth for content, of all uploads of this run together; 0: no limit.
	MaxBytesPerSecond int64

	// Upload is how each file is uploaded. Name, UniqueName, ResendIfUnsure and OnTicket are the package's own and must be zero.
	Upload filescan.UploadOptions

	// Notifier, if set, has a job looked at as soon as a callback says that its file is done: a webhook.Notifier.
	Notifier filescan.Notifier

	// Changed says what becomes of an item whose content has changed since its job was begun.
	Changed Changed

	// PostTimeout bounds the request that bills, from the moment that its intent was saved; 0: 2 minutes. An attempt after the first one
	// has ten seconds more, in which it looks for the file. All processes that share a store must have the same.
	PostTimeout time.Duration
	// Grace is how much longer nobody touches a job whose request got no response: as long as the service's lists may lag behind. How
	// long that is, is not known; 0: 5 minutes. Too short a grace can bill a file twice.
	Grace time.Duration
	// Hold stops a job whose file cannot be found after the grace, with FailureHeld, where the default is to make the file of the stored
	// content.
	Hold bool

	// MinInterval and MaxInterval are how often the states of waiting files are read; 0: 2 s and 30 s. With many files it is less often.
	MinInterval, MaxInterval time.Duration
	// Lease is for how long a process that has crashed keeps its jobs from others; 0: 1 minute.
	Lease time.Duration

	// Timeout is how long a file may be in process before its job fails; 0: 24 hours.
	Timeout time.Duration

	// Total is the number of items, if it is known, for Progress.Left.
	Total int64
	// OnProgress is called after every change, one call at a time; it must be quick.
	OnProgress func(Progress)
}

// The defaults of Options.
const (
	defaultUploads     = 4
	defaultWaiting     = 1000
	defaultPostTimeout = 2 * time.Minute
	defaultGrace       = 5 * time.Minute
	defaultMinInterval = 2 * time.Second
	defaultMaxInterval = 30 * time.Second
	defaultLease       = time.Minute
	defaultTimeout     = 24 * time.Hour
)

// withDefaults returns the options as they apply, or what is wrong with them.
func (o *Options) withDefaults() (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	refuse := func(field, problem, remedy string) (Options, error) {
		return Options{}, &acrcloud.ArgumentError{Field: "Options." + field, Problem: problem, Remedy: remedy}
	}
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Uploads", int64(out.Uploads)}, {"Waiting", int64(out.Waiting)}, {"MaxBytesPerSecond", out.MaxBytesPerSecond}, {"Total", out.Total},
		{"PostTimeout", int64(out.PostTimeout)}, {"Grace", int64(out.Grace)}, {"MinInterval", int64(out.MinInterval)},
		{"MaxInterval", int64(out.MaxInterval)}, {"Lease", int64(out.Lease)}, {"Timeout", int64(out.Timeout)},
	} {
		if f.value < 0 {
			return refuse(f.name, "is negative", "leave it zero for the default")
		}
	}
	switch u := out.Upload; {
	case u.Name != "":
		return refuse("Upload.Name", "is set", "leave it empty: each file is named after its item's key")
	case u.ResendIfUnsure:
		return refuse("Upload.ResendIfUnsure", "is set", "leave it false: a batch looks for the file before it sends anything again")
	case u.OnTicket != nil:
		return refuse("Upload.OnTicket", "is set", "leave it nil: the batch keeps the tickets")
	case out.Changed != ChangedFails && out.Changed != ChangedNew:
		return refuse("Changed", "is unknown", "use ChangedFails or ChangedNew")
	}
	setDefault(&out.Uploads, defaultUploads)
	setDefault(&out.Waiting, defaultWaiting)
	setDefault(&out.PostTimeout, defaultPostTimeout)
	setDefault(&out.Grace, defaultGrace)
	setDefault(&out.MaxInterval, max(defaultMaxInterval, out.MinInterval))
	setDefault(&out.MinInterval, min(defaultMinInterval, out.MaxInterval))
	setDefault(&out.Lease, defaultLease)
	setDefault(&out.Timeout, defaultTimeout)
	if out.MinInterval > out.MaxInterval {
		return refuse("MinInterval", "is more than MaxInterval", "leave it zero for the default")
	}
	return out, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
