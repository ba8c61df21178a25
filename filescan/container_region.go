package filescan

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

// regions remembers the region of each container. A look-up under way is shared by all who need it, and ends early only when
// none of them is left.
type regions struct {
	mu      sync.Mutex
	known   map[int]acrcloud.Region
	lookups map[int]*lookup
}

type lookup struct {
	done     chan struct{} // closed when region, err and panicked are set
	region   acrcloud.Region
	err      error
	panicked any // the value of a panic of the caller's code, such as an observer
	waiting  int
	cancel   context.CancelFunc
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
		if l.panicked != nil {
			panic(l.panicked) //nolint:forbidigo // it is the caller's own, and comes on the caller's goroutine, as with any other request
		}
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
		region, err := acrcloud.Region(""), errLookupEnded
		defer func() { r.end(containerID, l, region, err, recover()) }() // also where the caller's code panics or ends the goroutine
		region, err = find(ctx)
	}()
	return l
}

// end hands the outcome of a look-up to those who wait for it.
func (r *regions) end(containerID int, l *lookup, region acrcloud.Region, err error, panicked any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.region, l.err, l.panicked = region, err, panicked; err == nil {
		r.known[containerID] = region
	}
	if r.lookups[containerID] == l {
		delete(r.lookups, containerID)
	}
	close(l.done)
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

var (
	errNoRegion    = errors.New("the container names no region: set Config.Region")
	errLookupEnded = errors.New("acrcloud: the look-up of the container's region was ended by a function that was given as an option: it called runtime.Goexit")
)

// region returns the region of a container, from memory if possible.
func (c *Containers) region(ctx context.Context, id int) (acrcloud.Region, error) {
	return c.client.regions.get(ctx, id, func(ctx context.Context) (acrcloud.Region, error) {
		container, err := c.Get(ctx, id)
		if err != nil {
			return "", err
		}
		if !endpoint.IsRegion(string(container.Region)) {
			return "", &acrcloud.DecodeError{Op: "containers.get", StatusCode: http.StatusOK, Err: errNoRegion}
		}
		return container.Region, nil
	})
}
