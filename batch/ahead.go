package batch

import (
	"sync"
	"time"
)

// An ahead knows the intents whose time is in the future: the clock of the process that saved them is ahead, or this one
// was set back. How long they are left alone is measured by this process alone. Their time stays as it is, since the
// process that saved it may still be sending the request, and would not wait if it found an earlier one.
type ahead struct {
	mu    sync.Mutex
	since map[intentID]time.Time
}

// An intentID names an intent.
type intentID struct {
	key string
	rev uint64
}

// left returns how long an intent has to be left alone, if it has to be for pause.
func (a *ahead) left(e Entry, pause time.Duration) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since == nil {
		a.since = map[intentID]time.Time{}
	}
	for other, at := range a.since { // those that are settled
		if time.Since(at) > 2*pause+longestForgotten {
			delete(a.since, other)
		}
	}
	id := intentID{e.Key, e.Rev}
	if _, ok := a.since[id]; !ok {
		a.since[id] = time.Now()
	}
	return pause - time.Since(a.since[id])
}

// longestForgotten is how long an intent is remembered that is not looked at any more.
const longestForgotten = time.Hour
