package filescan

import "time"

// WaitOptions are the options of a wait. The zero value asks every 2 to 30 seconds, for an hour.
type WaitOptions struct {
	MinInterval time.Duration // the first pause between two looks; 2 s
	MaxInterval time.Duration // pauses grow up to this; 30 s
	Timeout     time.Duration // of the whole wait; 1 h
	OnPoll      func(*File)   // called after each look that has found the file

	// OnError is called with the error of each failed request, whether the wait continues or ends with it, so that an
	// outage of the service, or a proxy that responds with a page, does not go unnoticed for an hour.
	OnError func(error)

	// Notifier, if it is not nil, triggers a look as soon as it knows that the file is done: a webhook.Notifier, fed by callbacks. Looks
	// at intervals go on, since callbacks get lost.
	Notifier Notifier

	// NewerThan, if set, keeps results of that time or before from ending the wait: after a rescan, the old File.UpdatedAt.
	NewerThan time.Time
}
