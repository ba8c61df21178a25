package filescan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// records keeps the creation of files exactly-once: it knows which creations this client has under way, since files that are made at
// the same time and may have the same name cannot be told apart.
type records struct {
	mu     sync.Mutex
	active map[*creation]bool
}

// A creation is under way.
type creation struct {
	containerID int
	name        string // as plainName has it; empty: the service chooses
	rival       bool   // another one may have made a file of that name meanwhile
}

func newRecords() *records { return &records{active: map[*creation]bool{}} }

// begin notes a creation; the function it returns ends it.
func (r *records) begin(containerID int, name string) (*creation, func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &creation{containerID: containerID, name: plainName(name)}
	for other := range r.active {
		if other.containerID == c.containerID && (other.name == c.name || other.name == "" || c.name == "") {
			c.rival, other.rival = true, true
		}
	}
	r.active[c] = true
	return c, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.active, c)
	}
}

func (r *records) alone(c *creation) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !c.rival
}

// A record is one creation of a file: a POST that is billed and must not be repeated while it may have been accepted.
type record struct {
	files    *Files
	name     string      // of the file it makes; empty: the service chooses
	dataType string      // of the file
	resend   func() bool // whether to send again where the outcome stays unknown
	post     func(ctx context.Context) (*File, error)

	listed bool            // there is a complete listing from before
	before map[string]bool // the ids in it
	since  time.Time       // the service's time of it
}

// settleWaits are the pauses before each look for a file whose creation got no answer: it may take a moment to show.
var settleWaits = [...]time.Duration{0, time.Second, 3 * time.Second}

// maxResends bounds ResendIfUnsure.
const maxResends = 2

// create makes the file. candidates are there if the outcome is unknown.
func (r *record) create(ctx context.Context) (file *File, candidates []*File, err error) {
	creation, end := r.files.client.records.begin(r.files.containerID, r.name)
	defer end()
	r.list(ctx)
	var unsure error // of an earlier request, which may have made the file whatever became of the later one
	for sent := 0; ; sent++ {
		file, err = r.post(ctx)
		if err == nil {
			return file, nil, nil
		}
		known := !unknownOutcome(err)
		err = after(err, unsure)
		if known || ctx.Err() != nil {
			return nil, nil, err
		}
		unsure = err
		candidates = r.settle(ctx)
		if r.listed && len(candidates) == 1 && r.files.client.records.alone(creation) {
			return candidates[0], nil, nil
		}
		if !r.resend() || len(candidates) > 0 || sent == maxResends || ctx.Err() != nil {
			return nil, candidates, err
		}
	}
}

// after adds an earlier error, if there is one, without which the last one tells only half of it.
func after(err, earlier error) error {
	if earlier == nil {
		return err
	}
	return fmt.Errorf("%w; before that: %w", err, earlier)
}

// list remembers what files of that name there are. Without it nothing can be adopted; that is no reason to stop.
func (r *record) list(ctx context.Context) {
	if r.name == "" {
		return
	}
	page, now, err := r.files.page(ctx, ListFilesOptions{PerPage: console.AllPerPage, Search: r.name})
	if err != nil {
		return
	}
	r.before = make(map[string]bool, len(page.Items))
	for _, f := range page.Items {
		r.before[f.ID] = true
	}
	r.listed = !now.IsZero() && page.LastPage <= 1
	r.since = now
}

// settle looks for files that may be the one whose creation got no answer.
func (r *record) settle(ctx context.Context) []*File {
	if r.since.IsZero() {
		return nil
	}
	for _, wait := range settleWaits {
		if sleep(ctx, wait) != nil {
			return nil
		}
		page, _, err := r.files.page(ctx, ListFilesOptions{PerPage: console.AllPerPage, Search: r.name})
		if err != nil {
			continue
		}
		found := slices.DeleteFunc(page.Items, func(f *File) bool {
			return r.before[f.ID] || plainName(f.Name) != plainName(r.name) || f.DataType != "" && f.DataType != r.dataType || f.CreatedAt.IsZero() || f.CreatedAt.Before(r.since.Add(-clockGrain))
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// plainName is what names are compared by: blanks have been seen to come back as underscores.
func plainName(name string) string { return strings.ReplaceAll(name, " ", "_") }

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// newFile makes the check of a request that creates a file.
func newFile(file **File) func(*transport.Response) error {
	return decodeOne(file, func(f *File) bool { return f.ID != "" }, nil)
}
