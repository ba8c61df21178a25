package webhook

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Deduplicator sees to it that each event is handed over once. An event is claimed by its [Event.Key] before anything is done
// about it, then committed when the function has returned nil, or released when it has failed, so that it can be posted again. A duplicate
// that comes in between is answered by what becomes of the event, if it is this process that handles it, and else with 200 at once.
//
// Claim reports whether the key is the caller's now: false if it is claimed or committed. A claim whose process died must lapse, and
// so may a committed key, after a time of the implementation's choosing. When Claim fails the event is handled all the same, since
// to lose one is worse than to handle it twice; the observer is told the error. It must be safe for concurrent use.
type Deduplicator interface {
	Claim(ctx context.Context, key string) (bool, error)
	Commit(ctx context.Context, key string) error
	Release(ctx context.Context, key string) error
}

// The defaults of a handler without WithDeduplicator: a day, and about 15 MB at most.
const (
	defaultCapacity = 65_536
	defaultTTL      = 24 * time.Hour
)

// A MemoryDeduplicator remembers keys in this process, as many as it was made for and for as long. Make one with
// [NewMemoryDeduplicator].
type MemoryDeduplicator struct {
	capacity int
	ttl      time.Duration

	mu   sync.Mutex
	keys map[string]*list.Element
	ages *list.List // of *memory, the oldest first
}

type memory struct {
	key   string
	until time.Time
}

// NewMemoryDeduplicator makes a Deduplicator that remembers up to capacity keys, each for ttl after it was claimed or committed; when
// it is full it forgets the oldest. A value below 1 means the default: 65,536 keys, 24 hours.
func NewMemoryDeduplicator(capacity int, ttl time.Duration) *MemoryDeduplicator {
	if capacity < 1 {
		capacity = defaultCapacity
	}
	if ttl < 1 {
		ttl = defaultTTL
	}
	return &MemoryDeduplicator{capacity: capacity, ttl: ttl, keys: map[string]*list.Element{}, ages: list.New()}
}

// Claim implements [Deduplicator]. It never fails.
func (d *MemoryDeduplicator) Claim(_ context.Context, key string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for e := d.ages.Front(); e != nil && !memoryOf(e).until.After(now); e = d.ages.Front() {
		d.forget(e)
	}
	if d.keys[key] != nil {
		return false, nil
	}
	if len(d.keys) >= d.capacity {
		d.forget(d.ages.Front())
	}
	d.keys[key] = d.ages.PushBack(&memory{key: key, until: now.Add(d.ttl)})
	return true, nil
}

// Commit implements [Deduplicator]. It never fails.
func (d *MemoryDeduplicator) Commit(_ context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.keys[key]; e != nil {
		e.Value = &memory{key: key, until: time.Now().Add(d.ttl)}
		d.ages.MoveToBack(e)
	}
	return nil
}

// Release implements [Deduplicator]. It never fails.
func (d *MemoryDeduplicator) Release(_ context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.keys[key]; e != nil {
		d.forget(e)
	}
	return nil
}

func (d *MemoryDeduplicator) forget(e *list.Element) {
	delete(d.keys, memoryOf(e).key)
	d.ages.Remove(e)
}

func memoryOf(e *list.Element) *memory {
	return e.Value.(*memory) //nolint:errcheck // the list has nothing else
}

// Key tells events apart: by container, file, state and a hash of the results. The same event posted again has the same Key, and a
// rescan that ends otherwise has another. A result of broadcast monitoring goes by a hash of its body. The Key is empty for events
// that may come twice in the same words without being the same: those of other kinds, and monitoring without a result.
func (e *Event) Key() string {
	switch {
	case e.Kind == FileScan:
		parts := []string{"file", strconv.Itoa(e.ContainerID), strings.ToLower(e.FileID), strconv.Itoa(int(e.State))}
		if e.Results != nil && !isNothing(e.Results.Raw) {
			parts = append(parts, digest(e.Results.Raw))
		}
		return strings.Join(parts, "/")
	case e.Kind == BroadcastMonitoring && e.Monitoring != nil && e.Monitoring.Status != 0:
		return "stream/" + digest(e.Raw)
	}
	return ""
}

// isNothing recognises the ways in which there are no results.
func isNothing(raw []byte) bool {
	switch strings.TrimSpace(string(raw[:min(len(raw), 16)])) {
	case "", "null", "{}", "[]":
		return len(raw) < 16
	}
	return false
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
