package batch

import (
	"container/heap"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// Memory is a store in memory, for tests and for runs that need not survive the process. After a job's outcome is
// delivered, it keeps only the key. Create one with [NewMemory]; it is safe for concurrent use.
type Memory struct {
	mu   sync.Mutex
	jobs map[string]*memoryJob
	due  memoryQueue
	seq  int

	container int // 0: not bound yet
}

type memoryJob struct {
	entry Entry
	run   string // the last run that read the key
	at    time.Time
	seq   int // orders jobs due at the same time: the first added comes first
	index int // in the queue; -1: not in it
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{} }

// Bind implements [Binder].
func (m *Memory) Bind(ctx context.Context, containerID int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.container != 0 && m.container != containerID {
		return fmt.Errorf("%w: of container %d, not %d; use another store for this container", ErrOtherContainer, m.container, containerID)
	}
	m.container = containerID
	return nil
}

// Add implements [Journal].
func (m *Memory) Add(ctx context.Context, entries []Entry) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.jobs == nil {
		m.jobs = map[string]*memoryJob{}
	}
	added := 0
	for _, e := range entries {
		if m.jobs[e.Key] != nil {
			continue
		}
		added++
		m.seq++
		e.Rev = 1
		e.Result = slices.Clone(e.Result)
		job := &memoryJob{entry: e, at: e.Due, seq: m.seq}
		job.entry.Due = time.Time{}
		m.jobs[e.Key] = job
		heap.Push(&m.due, job)
	}
	return added, nil
}

// Load implements [Journal].
func (m *Memory) Load(ctx context.Context, key string) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	job := m.jobs[key]
	if job == nil {
		return Entry{}, ErrNoEntry
	}
	return job.entry, nil
}

// Save implements [Journal].
func (m *Memory) Save(ctx context.Context, e Entry) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	job := m.jobs[e.Key]
	switch {
	case job == nil:
		return Entry{}, ErrNoEntry
	case job.entry.Rev != e.Rev:
		return Entry{}, fmt.Errorf("%w: revision %d is stored, not %d", ErrConflict, job.entry.Rev, e.Rev)
	}
	e.Rev++
	e.Due = time.Time{}
	e.Result = slices.Clone(e.Result)
	job.entry = e
	return e, nil
}

// Claim implements [Queue].
func (m *Memory) Claim(ctx context.Context, n int, lease time.Duration) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	var keys []string
	for len(keys) < n && len(m.due) > 0 && !m.due[0].at.After(now) {
		job := m.due[0]
		keys = append(keys, job.entry.Key)
		job.at = now.Add(lease)
		heap.Fix(&m.due, 0)
	}
	return keys, nil
}

// Later implements [Queue].
func (m *Memory) Later(ctx context.Context, key string, at time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	job := m.jobs[key]
	if job == nil {
		return ErrNoEntry
	}
	m.later(job, at)
	return nil
}

// Mark implements [Marker].
func (m *Memory) Mark(ctx context.Context, run string, keys []string) (again []int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, key := range keys {
		job := m.jobs[key]
		if job == nil {
			continue
		}
		if job.run == run {
			again = append(again, i)
		}
		job.run = run
	}
	return again, nil
}

// Renew implements [Renewer].
func (m *Memory) Renew(ctx context.Context, keys []string, at time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if job := m.jobs[key]; job != nil && job.index >= 0 {
			m.later(job, at)
		}
	}
	return nil
}

// Backlog implements [Backlog].
func (m *Memory) Backlog(ctx context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.due)), ctx.Err()
}

func (m *Memory) later(job *memoryJob, at time.Time) {
	switch {
	case at.IsZero():
		if job.index >= 0 {
			heap.Remove(&m.due, job.index)
		}
		if job.entry.Phase == PhaseDone {
			job.entry.Result, job.entry.Ticket = nil, filescan.Ticket{}
		}
	case job.index < 0:
		job.at = at
		heap.Push(&m.due, job)
	default:
		job.at = at
		heap.Fix(&m.due, job.index)
	}
}

// Entries implements [Lister].
func (m *Memory) Entries(ctx context.Context, phases ...Phase) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		m.mu.Lock()
		keys := make([]string, 0, len(m.jobs))
		for key := range m.jobs {
			keys = append(keys, key)
		}
		m.mu.Unlock()
		for _, key := range keys {
			e, err := m.Load(ctx, key)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if (len(phases) == 0 || slices.Contains(phases, e.Phase)) && !yield(e, nil) {
				return
			}
		}
	}
}

// A memoryQueue is a heap by time.
type memoryQueue []*memoryJob //nolint:recvcheck // as container/heap wants it

func (q memoryQueue) Len() int { return len(q) }

func (q memoryQueue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].seq < q[j].seq
}

func (q memoryQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements [heap.Interface].
func (q *memoryQueue) Push(x any) {
	job := x.(*memoryJob) //nolint:errcheck,forcetypeassert // nothing else is in it
	job.index = len(*q)
	*q = append(*q, job)
}

// Pop implements [heap.Interface].
func (q *memoryQueue) Pop() any {
	old := *q
	job := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	job.index = -1
	return job
}
