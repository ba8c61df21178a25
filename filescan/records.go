package filescan

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// records keeps the creation of files exactly-once: it knows which creations of one name this client has under way, since
// then nobody can tell whose a new file is.
type records struct {
	mu     sync.Mutex
	active map[recordName]*rivals
}

type recordName struct {
	containerID int
	name        string
}

// rivals are creations of one name that overlap in time.
type rivals struct {
	count  int
	shared bool // there was more than one at some time
}

func newRecords() *records { return &records{active: map[recordName]*rivals{}} }

// begin notes a creation; the function it returns ends it.
func (r *records) begin(n recordName) (*rivals, func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rv := r.active[n]
	if rv == nil {
		rv = &rivals{}
		r.active[n] = rv
	}
	rv.count++
	rv.shared = rv.shared || rv.count > 1
	return rv, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if rv.count--; rv.count == 0 {
			delete(r.active, n)
		}
	}
}

func (r *records) alone(rv *rivals) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !rv.shared
}

// A record is one creation of a file: a POST that is billed and must not be repeated while it may have been accepted.
type record struct {
	files  *Files
	base   string
	name   string // of the file it makes, as far as it is known
	resend bool   // send again where the outcome stays unknown
	post   func(ctx context.Context) (*File, error)

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
	rv, end := r.files.client.records.begin(recordName{r.files.containerID, r.name})
	defer end()
	r.list(ctx)
	for sent := 0; ; sent++ {
		file, err = r.post(ctx)
		if err == nil || !unknownOutcome(err) || ctx.Err() != nil {
			return file, nil, err
		}
		candidates = r.settle(ctx)
		if r.listed && len(candidates) == 1 && r.files.client.records.alone(rv) {
			return candidates[0], nil, nil
		}
		if !r.resend || len(candidates) > 0 || sent == maxResends || ctx.Err() != nil {
			return nil, candidates, err
		}
	}
}

// list remembers what files of that name there are. Without it nothing can be adopted; that is no reason to stop.
func (r *record) list(ctx context.Context) {
	page, now, err := r.files.page(ctx, ListFilesOptions{PerPage: allPerPage, Search: r.name})
	if err != nil || r.name == "" {
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
		page, _, err := r.files.page(ctx, ListFilesOptions{PerPage: allPerPage, Search: r.name})
		if err != nil {
			continue
		}
		found := slices.DeleteFunc(page.Items, func(f *File) bool {
			return r.before[f.ID] || !sameName(f.Name, r.name) || f.CreatedAt.IsZero() || f.CreatedAt.Before(r.since.Add(-clockGrain))
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// sameName compares names as the service may show them: blanks have been seen to come back as underscores.
func sameName(a, b string) bool {
	plain := func(s string) string { return strings.ReplaceAll(s, " ", "_") }
	return plain(a) == plain(b)
}

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
