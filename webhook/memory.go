package webhook

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// The defaults of a MemoryDeduplicator: a day, and about 15 MB at most.
const (
	defaultCapacity = 65_536
	defaultTTL      = 24 * time.Hour
)

// A MemoryDeduplicator remembers keys in this process, up to a number and for a time. The zero value has the defaults
// of [NewMemoryDeduplicator].
type MemoryDeduplicator struct {
	capacity int
	ttl      time.Duration

	mu   sync.Mutex
	keys map[string]*list.Element
	ages list.List // of *memory, the oldest first
}

type memory struct {
	key       string
	until     time.Time
	committed bool
}

// NewMemoryDeduplicator returns a Deduplicator that remembers up to capacity keys, each for ttl after it was claimed or
// committed; when it is full it forgets the oldest. A value below 1 means the default: 65,536 keys, 24 hours.
func NewMemoryDeduplicator(capacity int, ttl time.Duration) *MemoryDeduplicator {
	return &MemoryDeduplicator{capacity: capacity, ttl: ttl}
}

var errNoMemory = errors.New("acrcloud: the MemoryDeduplicator is nil: make one with webhook.NewMemoryDeduplicator")

// Claim implements [Deduplicator]. It fails only with [ErrInProgress], or on a nil MemoryDeduplicator.
func (d *MemoryDeduplicator) Claim(_ context.Context, key string) (bool, error) {
	if d == nil {
		return false, errNoMemory
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for now, e := time.Now(), d.ages.Front(); e != nil && !memoryOf(e).until.After(now); e = d.ages.Front() {
		d.forget(e)
	}
	if e := d.keys[key]; e != nil {
		if memoryOf(e).committed {
			return false, nil
		}
		return false, ErrInProgress
	}
	if len(d.keys) >= atLeastOne(d.capacity, defaultCapacity) {
		d.forget(d.ages.Front())
	}
	if d.keys == nil {
		d.keys = map[string]*list.Element{}
	}
	d.keys[key] = d.ages.PushBack(d.remember(key, false))
	return true, nil
}

// Commit implements [Deduplicator]. It fails only on a nil MemoryDeduplicator.
func (d *MemoryDeduplicator) Commit(_ context.Context, key string) error {
	if d == nil {
		return errNoMemory
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.keys[key]; e != nil {
		e.Value = d.remember(key, true)
		d.ages.MoveToBack(e)
	}
	return nil
}

// Release implements [Deduplicator]. It fails only on a nil MemoryDeduplicator.
func (d *MemoryDeduplicator) Release(_ context.Context, key string) error {
	if d == nil {
		return errNoMemory
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.keys[key]; e != nil {
		d.forget(e)
	}
	return nil
}

func (d *MemoryDeduplicator) remember(key string, committed bool) *memory {
	return &memory{key: key, until: time.Now().Add(atLeastOne(d.ttl, defaultTTL)), committed: committed}
}

func (d *MemoryDeduplicator) forget(e *list.Element) {
	delete(d.keys, memoryOf(e).key)
	d.ages.Remove(e)
}

func memoryOf(e *list.Element) *memory {
	return e.Value.(*memory) //nolint:errcheck // the list has nothing else
}

func atLeastOne[T int | time.Duration](value, standard T) T {
	if value < 1 {
		return standard
	}
	return value
}
