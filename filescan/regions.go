package filescan

import (
	"context"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// regions remembers the region of each container. A look-up under way is shared by all who need it, and ends early only when
// none of them is left.
type regions struct {
	mu      sync.Mutex
	known   map[int]acrcloud.Region
	lookups map[int]*lookup
}

type lookup struct {
	done    chan struct{} // closed when region and err are set
	region  acrcloud.Region
	err     error
	waiting int
	cancel  context.CancelFunc
}

func newRegions() *regions {
	return &regions{known: map[int]acrcloud.Region{}, lookups: map[int]*lookup{}}
}

func (r *regions) set(containerID int, region acrcloud.Region) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[containerID] = region
}

func (r *regions) forget(containerID int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, containerID)
}

func (r *regions) get(ctx context.Context, containerID int, find func(context.Context) (acrcloud.Region, error)) (acrcloud.Region, error) {
	r.mu.Lock()
	if region, ok := r.known[containerID]; ok {
		r.mu.Unlock()
		return region, nil
	}
	l := r.lookups[containerID]
	if l == nil {
		l = r.start(ctx, containerID, find)
	}
	l.waiting++
	r.mu.Unlock()

	select {
	case <-l.done:
		return l.region, l.err
	case <-ctx.Done():
		r.leave(containerID, l)
		return "", ctx.Err()
	}
}

// start begins a look-up that outlives its first caller. It is called with the lock held.
func (r *regions) start(ctx context.Context, containerID int, find func(context.Context) (acrcloud.Region, error)) *lookup {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &lookup{done: make(chan struct{}), cancel: cancel}
	r.lookups[containerID] = l
	go func() {
		defer cancel()
		region, err := find(ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		if l.region, l.err = region, err; err == nil {
			r.known[containerID] = region
		}
		if r.lookups[containerID] == l {
			delete(r.lookups, containerID)
		}
		close(l.done)
	}()
	return l
}

func (r *regions) leave(containerID int, l *lookup) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.waiting--; l.waiting == 0 {
		l.cancel()
		if r.lookups[containerID] == l {
			delete(r.lookups, containerID)
		}
	}
}

// containerSet remembers containers for a while, since what was found out about them may change.
type containerSet struct{ until sync.Map } // by id

const containerMemory = time.Hour

func (s *containerSet) add(id int) { s.until.Store(id, time.Now().Add(containerMemory)) }

func (s *containerSet) has(id int) bool {
	until, ok := s.until.Load(id)
	return ok && time.Now().Before(until.(time.Time)) //nolint:errcheck,forcetypeassert // nothing else is in it
}
