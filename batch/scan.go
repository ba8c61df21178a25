package batch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/ended"
)

// Scan scans many files, each exactly once, and yields their outcomes in the order in which they end. It reads the
// items as it can process them, and also finishes the jobs that earlier runs left in the store: calling it again
// continues where the last run stopped.
//
// Each item is a job that is uploaded and billed once, even across crashes; see the package's documentation for the
// requirements. If a job fails, the Err of its Outcome is set, and the others continue. An error is yielded last and
// ends the run. It concerns the items, the store, the context, or the service if it affects every job, such as a
// refused token.
//
// An outcome counts as delivered when the loop asks for the next one. The next run delivers the others again, so each
// outcome is delivered at least once, even across crashes. When the loop is left or ctx ends, the run stops. A billed
// request has five seconds to finish, and so does the sequence of items, which runs in its own goroutine.
//
// If a function that was given to the SDK panics, such as a store's or an observer's, the run ends, and the loop panics
// with its value.
//
// If two items have the same key, the second has an outcome with [FailureDuplicate]. In a run that resumes an earlier
// one, that needs a store that is a [Marker]; the stores of this project are.
func Scan(ctx context.Context, files *filescan.Files, items iter.Seq2[Item, error], opts *Options) iter.Seq2[*Outcome, error] {
	return func(yield func(*Outcome, error) bool) {
		o, err := opts.withDefaults()
		if err == nil && files == nil {
			err = &acrcloud.ArgumentError{Field: "files", Problem: "is nil", Remedy: "use client.Files(containerID)"}
		}
		if err == nil && items == nil {
			err = &acrcloud.ArgumentError{Field: "items", Problem: "is nil", Remedy: "use Dir, List, or your own sequence"}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if o.Store == nil {
			o.Store = NewMemory()
		}
		if b, ok := o.Store.(Binder); ok {
			if err := b.Bind(ctx, files.ContainerID()); err != nil {
				yield(nil, fmt.Errorf("batch: binding the store to the container: %w", err))
				return
			}
		}
		newRun(files, o).scan(ctx, items, yield)
	}
}

// A run is one call of Scan.
type run struct {
	opts    Options
	store   Store
	stepper *Stepper
	tally   *tally
	posts   *gate // for steps that send content or create files
	looks   *gate // for steps that fetch files

	// A running job holds a place in one of these.
	uploading chan struct{}
	waiting   chan struct{}

	outcomes chan delivery
	wake     chan struct{} // there may be something to claim

	queue chan struct{} // full while a job that may be delivered is postponed, or is removed from the queue

	mu       sync.Mutex
	active   map[string]bool    // jobs that run, or wait for a place
	contents map[string]content // of items whose files do not exist yet
	left     map[string]bool    // jobs that this run cannot open
	met      bool               // the store has jobs of earlier runs
	panicked any                // the value that the caller's code panicked with
	fed      bool               // the sequence has ended
	fault    error              // the error that ends the run
	stop     context.CancelFunc
	jobs     sync.WaitGroup
}

// A delivery is an outcome on its way to the loop.
type delivery struct {
	outcome *Outcome
	key     string // of the job to remove from the queue afterwards; empty: none
	earlier bool   // the job had ended before this run came across it
}

const (
	chunk        = 64          // entries in one Add or Claim, at most
	idlePause    = time.Second // between two checks of an empty queue
	lastingTries = 10          // failures of one job, while others succeed

	// longestOutage is how long a job may fail while nothing else succeeds: an outage, or the job is the only one left.
	longestOutage = 6 * time.Hour
)

func newRun(files *filescan.Files, o Options) *run {
	r := &run{
		opts: o, store: o.Store, posts: newGate(o.Uploads), looks: newGate(max(o.Uploads, 16)),
		uploading: make(chan struct{}, o.Uploads), waiting: make(chan struct{}, o.Waiting),
		outcomes: make(chan delivery), wake: make(chan struct{}, 1), queue: make(chan struct{}, 1),
		active: map[string]bool{}, contents: map[string]content{}, left: map[string]bool{},
	}
	r.tally = &tally{report: o.OnProgress, trouble: r.trouble, started: time.Now(), p: Progress{Total: o.Total}}
	r.stepper = newStepper(files, o.Store, o)
	r.stepper.content, r.stepper.awaited = r.content, r.awaited
	r.stepper.onSent = func(n int64) { r.tally.change(func(p *Progress) { p.Bytes += n }) }
	r.stepper.onBill = func(n int) { r.tally.change(func(p *Progress) { p.Billed += int64(n) }) }
	r.stepper.posts, r.stepper.looks = r.posts, r.looks
	return r
}

// trouble returns the last of several consecutive failures and the time of the first, or nil.
func (r *run) trouble() (since time.Time, err error) {
	if since, err := r.posts.trouble(); err != nil {
		return since, err
	}
	if since, err := r.looks.trouble(); err != nil {
		return since, err
	}
	return r.stepper.states.trouble()
}

func (r *run) scan(outer context.Context, items iter.Seq2[Item, error], yield func(*Outcome, error) bool) {
	ctx, cancel := context.WithCancel(outer)
	r.stop = cancel
	r.start(func() { r.feed(ctx, items) })
	r.start(func() { r.claim(ctx) })
	finished := make(chan struct{})
	go func() {
		r.jobs.Wait()
		close(finished)
	}()
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		defer func() { r.caught(recover()) }()
		r.renew(ctx)
	}()
	left := false
	leave := func() { // also if the loop panics
		if left {
			return
		}
		left = true
		cancel()
		<-finished
		<-renewing
		r.stepper.states.stop()
		r.release(outer)
	}
	defer leave()
	for {
		select {
		case d := <-r.outcomes:
			r.tally.delivered(d)
			if !yield(d.outcome, nil) {
				return
			}
			if err := r.delivered(ctx, d.key); err != nil {
				r.fail(err)
			}
		case <-finished:
			leave()
			if err := r.ending(outer); err != nil {
				yield(nil, err)
			}
			return
		}
	}
}

// count counts an outcome.
func (p *Progress) count(o *Outcome) {
	if o.Err == nil {
		p.Done++
	} else {
		p.Failed++
	}
	if o.Resumed {
		p.Resumed++
	}
}

// ending is the error that is yielded last, or nil.
func (r *run) ending(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.panicked != nil:
		panic(r.panicked) //nolint:forbidigo // it is the caller's own, who must see it
	case r.fault != nil:
		return r.fault
	}
	return ended.Error(ctx)
}

// start runs f in a goroutine that the run waits for. If a function of the caller's panics there, such as a store's or an observer's, the
// run ends, and the loop panics.
func (r *run) start(f func()) {
	r.jobs.Go(func() {
		defer func() { r.caught(recover()) }()
		f()
	})
}

func (r *run) caught(panicked any) {
	if panicked == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.panicked == nil {
		r.panicked = panicked
	}
	r.stop()
}

// fail ends the run with the first error.
func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil {
		r.fault = err
	}
	r.stop()
}

// delivered removes a job whose outcome was delivered from the queue.
func (r *run) delivered(ctx context.Context, key string) error {
	if key == "" {
		return nil
	}
	ctx, cancel := afterBill(ctx)
	defer cancel()
	r.queue <- struct{}{}
	defer func() { <-r.queue }()
	if err := r.store.Later(ctx, key, time.Time{}); err != nil {
		return fmt.Errorf("batch: removing job %q from the queue: %w", key, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.active, key)
	return nil
}

// deliver hands an outcome to the loop.
func (r *run) deliver(ctx context.Context, d delivery) {
	select {
	case r.outcomes <- d:
	case <-ctx.Done():
	}
}

// feed adds the items of the sequence to the store, and starts their jobs.
func (r *run) feed(ctx context.Context, items iter.Seq2[Item, error]) {
	queue := make(chan Item, min(r.opts.Uploads, chunk))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.read(ctx, items, queue)
	}()
	r.jobs.Go(func() { // the run waits for the sequence, unless that ignores the end of ctx
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		timer := time.NewTimer(lastWords)
		defer timer.Stop()
		select {
		case <-ended:
		case <-timer.C:
		}
	})
	ordinal := 0
	for {
		item, more := Item{}, false
		select {
		case item, more = <-queue:
		case <-ctx.Done():
		}
		if !more {
			break
		}
		batch := []Item{item}
		for more && len(batch) < cap(queue) {
			select {
			case item, more = <-queue:
				if more {
					batch = append(batch, item)
				}
			default:
				more = false
			}
		}
		if err := r.take(ctx, batch, ordinal); err != nil {
			if ctx.Err() == nil {
				r.fail(err)
			}
			return // the sequence notices the end of ctx
		}
		ordinal += len(batch)
	}
	r.mu.Lock()
	r.fed = true
	r.mu.Unlock()
	r.hint()
}

// read sends the items to the queue.
func (r *run) read(ctx context.Context, items iter.Seq2[Item, error], queue chan<- Item) {
	defer close(queue)
	defer func() { r.caught(recover()) }()
	for item, err := range items {
		if err != nil {
			if ctx.Err() == nil {
				r.mu.Lock()
				r.fault = fmt.Errorf("batch: reading the items: %w", err)
				r.mu.Unlock()
			}
			return
		}
		select {
		case queue <- item:
		case <-ctx.Done():
			return
		}
	}
}

// hint makes the run check the queue soon.
func (r *run) hint() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// take adds items to the store, and starts the jobs of the new ones.
func (r *run) take(ctx context.Context, items []Item, ordinal int) error {
	r.tally.change(func(p *Progress) { p.Items += int64(len(items)) })
	var entries []Entry
	var taken []Item
	for i, item := range items {
		if err := r.checkItem(item); err != nil {
			_ = r.reject(ctx, item, FailureItem, err) // the end of ctx shows below
			continue
		}
		entries = append(entries, r.entry(item, item.Key, ordinal+i))
		taken = append(taken, item)
	}
	if len(entries) == 0 {
		return ended.Error(ctx)
	}
	added, err := r.store.Add(ctx, entries)
	if err != nil {
		return fmt.Errorf("batch: adding %d jobs: %w", len(entries), err)
	}
	duplicates := map[int]bool{}
	if added < len(entries) {
		if duplicates, err = r.duplicates(ctx, entries); err != nil {
			return err
		}
	}
	// All are recorded before the first one waits for a place: recorded jobs keep their lease, and are released when
	// the run ends.
	var begun []string
	for i, e := range entries {
		mine := added == len(entries)
		switch {
		case mine:
		case duplicates[i]:
			if err := r.reject(ctx, taken[i], FailureDuplicate, errDuplicate(e.Key)); err != nil {
				return err
			}
		default:
			if mine, err = r.meet(ctx, &e, taken[i]); err != nil {
				return err
			}
		}
		if mine && r.note(e.Key, content{taken[i].Source, taken[i].Remote}) {
			begun = append(begun, e.Key)
		}
	}
	for _, key := range begun {
		select {
		case r.uploading <- struct{}{}:
		case <-ctx.Done():
			return ended.Error(ctx)
		}
		r.start(func() { r.work(ctx, key) })
	}
	return nil
}

// duplicates returns the indexes of the entries whose keys this run has read before. If the store is not a [Marker], it
// finds only keys that this run has added; so does meet.
func (r *run) duplicates(ctx context.Context, entries []Entry) (map[int]bool, error) {
	marker, ok := r.store.(Marker)
	if !ok {
		return nil, nil
	}
	keys := make([]string, len(entries))
	for i := range entries {
		keys[i] = entries[i].Key
	}
	again, err := marker.Mark(ctx, r.stepper.run, keys)
	if err != nil {
		return nil, fmt.Errorf("batch: marking %d jobs: %w", len(keys), err)
	}
	duplicates := make(map[int]bool, len(again))
	for _, i := range again {
		duplicates[i] = true
	}
	return duplicates, nil
}

func errDuplicate(key string) error {
	return &acrcloud.ArgumentError{Field: "Item.Key", Problem: fmt.Sprintf("%q is the key of an earlier item of this run", key), Remedy: "give each item a unique key"}
}

// reject delivers the outcome of an item that becomes no job.
func (r *run) reject(ctx context.Context, item Item, kind FailureKind, err error) error {
	r.deliver(ctx, delivery{outcome: &Outcome{Key: item.Key, Ref: item.Ref, Err: &Failure{Kind: kind, Err: err}}})
	return ended.Error(ctx)
}

// entry is the entry of a new job. It belongs to this run for one lease.
func (r *run) entry(item Item, key string, ordinal int) Entry {
	return Entry{
		Schema: schema, Key: key, Ref: item.Ref, Version: item.Version, Trace: item.Trace, Phase: PhaseNew,
		AddedBy: r.stepper.run + "-" + strconv.Itoa(ordinal), Due: time.Now().Add(r.opts.Lease),
		Container: r.stepper.files.ContainerID(),
	}
}

func (r *run) checkItem(item Item) error {
	if _, err := NameOf(item.Key); err != nil {
		return err
	}
	switch {
	case !item.Remote.IsZero() && !item.Source.IsZero():
		return &acrcloud.ArgumentError{Field: "Item.Source", Problem: "is set beside Item.Remote", Remedy: "leave one of them zero"}
	case !item.Remote.IsZero() && item.Ref != "":
		return &acrcloud.ArgumentError{Field: "Item.Ref", Problem: "is set beside Item.Remote", Remedy: "leave it empty: Options.Open opens content to upload"}
	case item.Remote.IsZero() && item.Source.IsZero() && (item.Ref == "" || r.opts.Open == nil):
		return &acrcloud.ArgumentError{Field: "Item.Source", Problem: "is missing, and Options.Open is not set", Remedy: "give the item a Source, or a Ref and Options.Open"}
	}
	return nil
}

// meet decides what to do with an item whose key may exist already, and reports whether its job starts here. If the job
// gets another key, it changes the entry.
func (r *run) meet(ctx context.Context, mine *Entry, item Item) (begin bool, err error) {
	there, err := r.store.Load(ctx, mine.Key)
	if err != nil {
		return false, fmt.Errorf("batch: loading job %q: %w", mine.Key, err)
	}
	if err := there.checkContainer(mine.Container); err != nil {
		return false, err
	}
	if there.AddedBy == mine.AddedBy {
		return true, nil
	}
	if r.mine(there) {
		return false, r.reject(ctx, item, FailureDuplicate, errDuplicate(item.Key))
	}
	r.mu.Lock()
	r.met = true
	r.mu.Unlock()
	versions := there.Version != "" && item.Version != ""
	same, changed := versions && there.Version == item.Version, versions && there.Version != item.Version
	switch stored := there.Phase == PhaseIntent; {
	case there.createdNothing() && (changed || stored && !same || item.Ref != "" && there.Ref != item.Ref):
		// Nothing was created from the old content, so the new one replaces it, even if the old one is stored.
		there.Ref, there.Version = cmp.Or(item.Ref, there.Ref), cmp.Or(item.Version, there.Version)
		if !same {
			there = there.restarted()
		}
		if _, err := r.store.Save(ctx, there); errors.Is(err, ErrConflict) {
			return r.meet(ctx, mine, item)
		} else if err != nil {
			return false, fmt.Errorf("batch: saving job %q: %w", mine.Key, err)
		}
	case changed && r.opts.Changed == ChangedFails:
		return false, r.reject(ctx, item, FailureChanged, fmt.Errorf("the content has changed since the job began: version %q, not %q; use another key, or set Options.Changed", item.Version, there.Version))
	case changed:
		return r.meetChanged(ctx, mine, item)
	}
	if there.Phase.Finished() {
		r.tally.change(func(p *Progress) { p.Earlier++ })
		return false, nil // if its outcome is not delivered yet, it is still in the queue
	}
	if item.Ref != "" && r.opts.Open != nil {
		r.hint()
		return false, nil // the queue hands it out
	}
	// Only this run can open it, so it does not wait for the lease of a run that may be gone.
	if err := r.store.Later(ctx, mine.Key, time.Now().Add(r.opts.Lease)); err != nil {
		return false, fmt.Errorf("batch: taking job %q: %w", mine.Key, err)
	}
	return true, nil
}

// meetChanged makes a new job of an item whose content differs from that of its key's job.
func (r *run) meetChanged(ctx context.Context, mine *Entry, item Item) (begin bool, err error) {
	hash := sha256.Sum256([]byte(item.Version))
	item.Key += "@" + hex.EncodeToString(hash[:6])
	if err := r.checkItem(item); err != nil {
		return false, r.reject(ctx, item, FailureItem, err)
	}
	mine.Key = item.Key
	if _, err := r.store.Add(ctx, []Entry{*mine}); err != nil {
		return false, fmt.Errorf("batch: adding job %q: %w", mine.Key, err)
	}
	return r.meet(ctx, mine, item)
}

// mine reports whether this run added the job.
func (r *run) mine(e Entry) bool { return strings.HasPrefix(e.AddedBy, r.stepper.run+"-") }

// note records that a job belongs to this run, and reports whether that is new.
func (r *run) note(key string, c content) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !c.isZero() {
		r.contents[key] = c
		delete(r.left, key)
	}
	if r.active[key] {
		return false
	}
	r.active[key] = true
	return true
}

// content returns the content of a job.
func (r *run) content(e Entry) content {
	r.mu.Lock()
	c := r.contents[e.Key]
	r.mu.Unlock()
	if c.isZero() && e.Ref != "" && r.opts.Open != nil {
		c.source = r.opts.Open(e.Ref)
	}
	return c
}

// awaited reports whether the item of a job, which alone has its present content, may still come.
func (r *run) awaited(e Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.fed && (e.Ref == "" || r.opts.Open == nil) && r.contents[e.Key].isZero()
}

// claim runs the jobs in the queue: those of earlier runs, and of processes that are gone.
func (r *run) claim(ctx context.Context) {
	idle := time.Time{} // since when the queue has been empty
	for {
		places := r.places(ctx)
		if places == 0 {
			return
		}
		keys, err := r.store.Claim(ctx, places, r.opts.Lease)
		if err != nil && ctx.Err() == nil {
			r.fail(fmt.Errorf("batch: claiming jobs: %w", err))
		}
		started := 0
		for _, key := range keys {
			if r.note(key, content{}) {
				started++
				r.start(func() { r.work(ctx, key) })
			}
		}
		for range places - started {
			<-r.uploading
		}
		if started > 0 {
			idle = time.Time{}
			continue
		}
		if idle.IsZero() {
			idle = time.Now()
		}
		over, err := r.over(ctx, idle)
		if err != nil && ctx.Err() == nil {
			r.fail(err)
		}
		if over || ctx.Err() != nil {
			return
		}
		timer := time.NewTimer(idlePause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.wake:
		}
		timer.Stop()
	}
}

// places takes all free places for uploading, up to a chunk, and at least one. It returns 0 when ctx has ended.
func (r *run) places(ctx context.Context) int {
	select {
	case r.uploading <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; n < chunk; n++ {
		select {
		case r.uploading <- struct{}{}:
		default:
			return n
		}
	}
	return chunk
}

// over reports whether the run is finished.
func (r *run) over(ctx context.Context, idle time.Time) (bool, error) {
	r.mu.Lock()
	fed, met, active, left := r.fed, r.met, len(r.active), len(r.left)
	r.mu.Unlock()
	if !fed || active > 0 {
		return false, nil
	}
	queue, ok := r.store.(Backlog)
	if !ok {
		return !met || time.Since(idle) > r.opts.Lease, nil
	}
	n, err := queue.Backlog(ctx)
	if err != nil {
		return false, fmt.Errorf("batch: counting the jobs in the queue: %w", err)
	}
	if left > 0 && n <= int64(left) {
		if left, err = r.stillLeft(ctx); err != nil {
			return false, err
		}
	}
	return n <= int64(left), nil
}

// stillLeft counts the jobs that this run cannot open. Those that other processes have moved on in the meantime are none
// of them: they have ended, or this run can continue with them.
func (r *run) stillLeft(ctx context.Context) (int, error) {
	r.mu.Lock()
	keys := slices.Collect(maps.Keys(r.left))
	r.mu.Unlock()
	for _, key := range keys {
		e, err := r.store.Load(ctx, key)
		if err != nil && !errors.Is(err, ErrNoEntry) {
			return 0, fmt.Errorf("batch: loading job %q: %w", key, err)
		}
		if e.Phase != PhaseNew {
			r.mu.Lock()
			delete(r.left, key)
			r.mu.Unlock()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.left), nil
}

// renew renews the leases of this run's jobs.
func (r *run) renew(ctx context.Context) {
	for ended.Sleep(ctx, r.opts.Lease/3) == nil {
		r.mu.Lock()
		keys := slices.Collect(maps.Keys(r.active))
		r.mu.Unlock()
		if err := r.postpone(ctx, keys, time.Now().Add(r.opts.Lease)); err != nil && ctx.Err() == nil {
			r.fail(err)
			return
		}
	}
}

// release gives the unfinished jobs to the next run.
func (r *run) release(ctx context.Context) {
	r.mu.Lock()
	keys := slices.Collect(maps.Keys(r.active))
	r.mu.Unlock()
	ctx, cancel := afterBill(ctx)
	defer cancel()
	_ = r.postpone(ctx, keys, time.Now()) // otherwise the leases expire
}

func (r *run) postpone(ctx context.Context, keys []string, at time.Time) error {
	if renewer, ok := r.store.(Renewer); ok {
		if err := renewer.Renew(ctx, keys, at); err != nil {
			return fmt.Errorf("batch: renewing the leases of %d jobs: %w", len(keys), err)
		}
		return nil
	}
	for _, key := range keys {
		if err := r.postponeOne(ctx, key, at); err != nil && !errors.Is(err, ErrNoEntry) {
			return fmt.Errorf("batch: renewing the lease of job %q: %w", key, err)
		}
	}
	return nil
}

// postponeOne postpones a job, unless its outcome was delivered in the meantime: Later would return it to the queue.
func (r *run) postponeOne(ctx context.Context, key string, at time.Time) error {
	r.queue <- struct{}{}
	defer func() { <-r.queue }()
	r.mu.Lock()
	active := r.active[key]
	r.mu.Unlock()
	if !active {
		return nil
	}
	return r.store.Later(ctx, key, at)
}
