package batch

import (
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// Changed determines what happens to an item whose Version differs from that of its key's job.
type Changed string

// The values of Changed.
const (
	ChangedFails Changed = ""    // it has an outcome with FailureChanged; the job is not changed
	ChangedNew   Changed = "new" // it is a new job, whose key is the item's, followed by "@" and a hash of the version
)

// Options are the options of [Scan] and [NewStepper]. The zero value keeps the journal in memory, where it is lost when
// the process ends.
type Options struct {
	Store Store                            // nil: NewMemory(). NewStepper ignores it
	Open  func(ref string) acrcloud.Source // opens the content of a job without a Source, such as acrcloud.FromFile

	// Version returns the present Version of what Open opens, such as [FileVersion], or "" if it is unknown. If the
	// content of an earlier run's job has changed before anything was created from it, the job then gets the new
	// Version. Without this function, that job keeps the old Version when its item is read, and Changed applies.
	Version func(ref string) string

	Uploads int // the most jobs that are uploaded at the same time; 0: 4
	Waiting int // the most jobs that wait for the service, in addition; 0: 1000

	// MaxBytesPerSecond limits the bandwidth of all uploads of this run together; 0: no limit.
	MaxBytesPerSecond int64

	// Upload has the options of each upload. Name, UniqueName, ResendIfUnsure and OnTicket are set by this package and
	// must be zero.
	Upload filescan.UploadOptions

	// Notifier, if set, wakes a job as soon as a callback reports that its file is done. Use a webhook.Notifier.
	Notifier filescan.Notifier

	// Changed determines what happens to an item whose content has changed since its job began.
	Changed Changed

	// PostTimeout limits the billed request, counted from the time of its intent; 0: 2 minutes. Retries have ten
	// seconds more, in which they look for the file. All processes that share a store must use the same value.
	PostTimeout time.Duration
	// Grace is how much longer a job waits if its billed request got no response. It must be at least as long as the
	// service's lists may lag, which is not known; 0: 5 minutes. If Grace is too short, a file can be billed twice.
	Grace time.Duration
	// Hold ends a job with FailureHeld if its file cannot be found after the grace. By default, the file is then
	// created from the stored content, or fetched again. A job of filescan.Platform is always held, because the service
	// does not list all files from platforms.
	Hold bool

	// MinInterval and MaxInterval limit how often the states of waiting files are fetched; 0: 2 s and 30 s. With many
	// files, it happens less often.
	MinInterval, MaxInterval time.Duration
	// Lease is how long other processes wait before they take over the jobs of a crashed process; 0: 1 minute.
	Lease time.Duration

	// Timeout is how long the service may process a file before its job fails; 0: 24 hours.
	Timeout time.Duration

	// Total is the number of items, if known, for Progress.Left.
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

// withDefaults returns the options with the defaults filled in, or an error.
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
	for _, f := range []struct {
		name  string
		value time.Duration
	}{
		{"PostTimeout", out.PostTimeout}, {"Grace", out.Grace}, {"Lease", out.Lease}, {"Timeout", out.Timeout},
	} {
		if f.value != 0 && f.value < time.Millisecond { // a short Grace could bill a file twice
			return refuse(f.name, fmt.Sprintf("is %v, less than a millisecond", f.value), "use a unit, such as time.Minute, or leave it zero for the default")
		}
	}
	switch u := out.Upload; {
	case out.Store != nil && checked.IsNil(out.Store):
		return refuse("Store", "is a nil pointer", "open the store first, or leave it nil to keep the journal in memory")
	case out.Notifier != nil && checked.IsNil(out.Notifier):
		return refuse("Notifier", "is a nil pointer", "make the notifier first, or leave it nil")
	case u.Name != "":
		return refuse("Upload.Name", "is set", "leave it empty: each file is named after its item's key")
	case u.ResendIfUnsure:
		return refuse("Upload.ResendIfUnsure", "is set", "leave it false: a batch always looks for the file before it retries")
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
