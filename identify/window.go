package identify

import (
	"fmt"
	"io"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// WindowDuration is the duration of a window: as much as the service analyses.
const WindowDuration = 12 * time.Second

// A Window is a stretch of a recording that was identified.
type Window struct {
	Start  time.Duration // in the recording
	End    time.Duration // Start + WindowDuration; sooner where the recording ends
	Result *Result       // nil if Err is not
	Err    error         // why this window has no result, as from [Client.Identify]
}

// WindowsOptions says how [Client.Windows] goes through a recording.
type WindowsOptions struct {
	// Every is the time from the beginning of a window to that of the next, at least 100 milliseconds. It is required, since each window
	// is billed: with 12 seconds all audio is identified, with 30 seconds little music is missed, with less than 12 the windows overlap.
	Every time.Duration

	MaxWindows int // the most windows; 0 means no limit

	// InFlight is how many windows are identified at a time, at most 1000; 0 means 1. Projects are allowed a few requests per second: with
	// more windows than that at a time some fail with [acrcloud.ErrRateLimited], unless the client has [acrcloud.WithRateLimiter].
	InFlight int

	// PCM is the format of raw audio. Zero, the recording is WAV.
	PCM PCMFormat

	// KeepRate sends the audio unchanged, not down-mixed and resampled to 8 kHz. That takes several times the bytes,
	// and is not known to give better results.
	KeepRate bool
}

// maxInFlight is far beyond what projects are allowed to send per second.
const maxInFlight = 1000

const (
	minEvery = 100 * time.Millisecond // a mistaken unit is an expensive one
	maxEvery = 365 * 24 * time.Hour   // frames are still counted in 64 bits, at any rate
)

func (o *WindowsOptions) check(r io.Reader) error {
	refuse := func(field, problem, remedy string) error {
		return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
	}
	switch {
	case checked.IsNil(r):
		return refuse("r", "is nil", "give Windows an open recording")
	case o == nil || o.Every == 0:
		return refuse("WindowsOptions.Every", "is missing", "say how often to identify a window, such as every 30 seconds: each one is billed")
	case o.Every < minEvery:
		return refuse("WindowsOptions.Every", fmt.Sprintf("is %v", o.Every), "use 100 milliseconds or more; each window is billed")
	case o.Every > maxEvery:
		return refuse("WindowsOptions.Every", fmt.Sprintf("is %v", o.Every), "use a year at most")
	case o.MaxWindows < 0:
		return refuse("WindowsOptions.MaxWindows", "is negative", "use 0 for no limit")
	case o.InFlight < 0:
		return refuse("WindowsOptions.InFlight", "is negative", "use 1 or more, or 0 for 1")
	case o.InFlight > maxInFlight:
		return refuse("WindowsOptions.InFlight", fmt.Sprintf("is %d", o.InFlight), fmt.Sprintf("use %d at most: each window that waits takes memory", maxInFlight))
	case o.PCM != (PCMFormat{}):
		return o.PCM.check("WindowsOptions.PCM")
	}
	return nil
}
