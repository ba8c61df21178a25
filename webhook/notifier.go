package webhook

import (
	"strings"
	"sync"
	"time"
)

// A NotifyTarget is notified of callbacks; a [Notifier] is one. Notify is called for each file-scan event that passes the checks of a
// [Handler], while its sender waits: it must not block, and must be safe for concurrent use. A containerID of 0 means that the
// callback does not name its container.
type NotifyTarget interface {
	Notify(containerID int, fileID string)
}

// notify calls every NotifyTarget, for file-scan events.
func (c *config) notify(event *Event) (Reason, error) {
	if event.Kind != FileScan {
		return "", nil
	}
	for _, t := range c.targets {
		if err := protect("the NotifyTarget", func() error { t.Notify(event.ContainerID, event.FileID); return nil }); err != nil {
			return ReasonPanicked, err
		}
	}
	return "", nil
}

// A Notifier takes callbacks to those who wait for files: give the same one to a [Handler] with [WithNotifier] and to
// filescan.WaitOptions. Make one with [NewNotifier]; the zero value works too, and a nil Notifier never notifies.
//
// It holds no goroutine and no timer, so thousands of waits cost little. A callback that came before its wait began counts: the
// last 10,000 of these are remembered, for 15 minutes.
type Notifier struct {
	mu      sync.Mutex
	waiters map[string][]*waiter // by file id in lower case
	early   map[string]*early    // callbacks without a wait
	order   []*early             // the oldest first; some may be gone from the map
}

// The limits of the notifier's memory.
const (
	maxEarly = 10_000
	earlyTTL = 15 * time.Minute
)

type waiter struct {
	container int
	ch        chan struct{}
}

type early struct {
	id        string
	container int
	until     time.Time
}

// NewNotifier returns a Notifier.
func NewNotifier() *Notifier { return &Notifier{} }

// Subscribe implements filescan.Notifier: the channel receives a value when a callback about the file arrives, or
// immediately if one has arrived before. The function ends the subscription; it can be called more than once.
func (n *Notifier) Subscribe(containerID int, fileID string) (<-chan struct{}, func()) {
	if n == nil {
		return nil, func() {} // a receive from nil blocks for ever
	}
	id := strings.ToLower(fileID)
	w := &waiter{container: containerID, ch: make(chan struct{}, 1)}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waiters == nil {
		n.waiters = map[string][]*waiter{}
	}
	n.waiters[id] = append(n.waiters[id], w)
	if e := n.early[id]; e != nil && w.wants(e.container) && time.Now().Before(e.until) {
		w.ch <- struct{}{}
	}
	return w.ch, func() { n.unsubscribe(id, w) }
}

func (n *Notifier) unsubscribe(id string, w *waiter) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.waiters[id]
	for i, other := range list {
		if other == w {
			list[i] = list[len(list)-1]
			list[len(list)-1] = nil
			n.waiters[id] = list[:len(list)-1]
			break
		}
	}
	if len(n.waiters[id]) == 0 {
		delete(n.waiters, id)
	}
}

// Notify implements [NotifyTarget]: it wakes those who wait for the file, or remembers the callback for those to come. A containerID
// of 0 means that it is not known. A [Handler] calls it; programs that receive callbacks by themselves, or from another machine, can
// do so too.
func (n *Notifier) Notify(containerID int, fileID string) {
	if n == nil {
		return
	}
	id := strings.ToLower(fileID)
	n.mu.Lock()
	defer n.mu.Unlock()
	woken := false
	for _, w := range n.waiters[id] {
		if w.wants(containerID) {
			woken = true
			select {
			case w.ch <- struct{}{}:
			default: // it has not looked since the last one
			}
		}
	}
	if !woken {
		n.remember(id, containerID)
	}
}

func (n *Notifier) remember(id string, containerID int) {
	now := time.Now()
	for len(n.order) > 0 && (len(n.order) >= maxEarly || !now.Before(n.order[0].until)) {
		oldest := n.order[0]
		n.order[0] = nil
		n.order = n.order[1:]
		if n.early[oldest.id] == oldest {
			delete(n.early, oldest.id)
		}
	}
	if n.early == nil {
		n.early = map[string]*early{}
	}
	e := &early{id: id, container: containerID, until: now.Add(earlyTTL)}
	n.early[id] = e
	n.order = append(n.order, e)
}

// wants reports whether a callback about a file in that container is for this waiter. Ids are unique anyway, so an unknown container
// is no obstacle.
func (w *waiter) wants(container int) bool {
	return container == 0 || w.container == 0 || container == w.container
}
