package filescan

import (
	"cmp"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// WaitOptions are the options of a wait. The zero value asks every 2 to 30 seconds, for an hour.
type WaitOptions struct {
	MinInterval time.Duration // the first pause between two looks; 2 s
	MaxInterval time.Duration // pauses grow up to this; 30 s
	Timeout     time.Duration // of the whole wait; 1 h
	OnPoll      func(*File)   // called after each look that has found the file

	// OnError is called with the error of each look that failed, whether the wait goes on or ends with it: so that an outage
	// of the service, or a proxy that responds with a page, does not go unnoticed for an hour.
	OnError func(error)

	// Notifier, if set, triggers a look as soon as it knows that the file is done: a webhook.Notifier, fed by callbacks. Looks
	// at intervals go on, since callbacks get lost.
	Notifier Notifier

	// NewerThan, if set, keeps results of that time or before from ending the wait: after a rescan, the old File.UpdatedAt.
	NewerThan time.Time
}

// The defaults of WaitOptions.
const (
	minInterval = 2 * time.Second
	maxInterval = 30 * time.Second
	waitTimeout = time.Hour
)

// complete refuses what makes no sense, and fills in the defaults.
func (o *WaitOptions) complete() error {
	refuse := func(field, problem string) error {
		return &acrcloud.ArgumentError{Field: "WaitOptions." + field, Problem: problem, Remedy: "leave it zero for the default"}
	}
	switch {
	case o.MinInterval < 0:
		return refuse("MinInterval", "is negative")
	case o.MaxInterval < 0:
		return refuse("MaxInterval", "is negative")
	case o.Timeout < 0:
		return refuse("Timeout", "is negative")
	case o.MaxInterval > 0 && o.MinInterval > o.MaxInterval:
		return refuse("MinInterval", "is more than MaxInterval")
	}
	o.MaxInterval = cmp.Or(o.MaxInterval, max(maxInterval, o.MinInterval))
	o.MinInterval = cmp.Or(o.MinInterval, min(minInterval, o.MaxInterval))
	o.Timeout = cmp.Or(o.Timeout, waitTimeout)
	return nil
}
