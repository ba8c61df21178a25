package console

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A PlayFilter selects plays. The zero value selects all recognised ones.
type PlayFilter struct {
	MinDuration time.Duration // the shortest play, in whole seconds
	MaxDuration time.Duration // the longest play, in whole seconds; the service's default is an hour
	ISRCCountry string        // only recordings with an ISRC of this country, such as "DE"

	// WithFalsePositives includes what the service considers false positives.
	WithFalsePositives bool
}

func (f PlayFilter) query(q core.Query) (core.Query, error) {
	switch {
	case f.MinDuration < 0:
		return q, refuse("PlayFilter.MinDuration", "is negative", "leave it zero for any duration")
	case f.MaxDuration < 0:
		return q, refuse("PlayFilter.MaxDuration", "is negative", "leave it zero for the service's default")
	case f.MaxDuration > 0 && f.MaxDuration < f.MinDuration:
		return q, refuse("PlayFilter.MaxDuration", "is less than MinDuration", "exchange the two")
	}
	return q.Number("min_duration", wholeSeconds(f.MinDuration)).Number("max_duration", wholeSeconds(f.MaxDuration)).
		Text("isrc_country", f.ISRCCountry).Bool("with_false_positive", f.WithFalsePositives), nil
}

// wholeSeconds rounds up.
func wholeSeconds(d time.Duration) int {
	n := int(d / time.Second)
	if d%time.Second > 0 {
		n++
	}
	return n
}

// PlaysOptions select plays, and how they are fetched. Days is required.
type PlaysOptions struct {
	Days   DateRange // the last one included
	Filter PlayFilter

	// Zone is the time zone of Days; nil means UTC. The service's days are in UTC: for another zone, one more day is
	// fetched, and plays outside the range are dropped.
	Zone *time.Location

	// InFlight is how many days are fetched ahead; 1 unless set. That many days are in memory, and the current one.
	InFlight int
}

// A Day is the plays of a stream or channel on one day.
type Day struct {
	Date     Date // in the zone of PlaysOptions
	StreamID string
	Plays    []*Play // sorted by Start; may be empty
}

// A DayError reports the day that could not be fetched. To continue there, set Days.From to its Date.
type DayError struct {
	Date Date // in the zone of PlaysOptions; all days before it are complete
	Err  error
}

// Error names the day and the cause.
func (e *DayError) Error() string {
	return text.Terminal(fmt.Sprintf("acrcloud: fetching the plays of %v failed: %s", e.Date, causeOf(e.Err)))
}

// Unwrap returns the cause.
func (e *DayError) Unwrap() error { return e.Err }

// A monitored is a stream or a channel, and the calls about its results.
type monitored struct {
	group

	noun string // "streams"
	id   string
	bad  error
}

// action is a call about the stream or channel.
func (m monitored) action(op, path string, q core.Query) action {
	return action{op: m.noun + "." + op, path: "/" + m.noun + "/" + m.id + path, query: q}
}

func (m monitored) ready() error {
	if err := m.group.ready(); err != nil {
		return err
	}
	return m.bad
}

// day returns the plays of a day in UTC.
func (m monitored) day(ctx context.Context, date Date, f PlayFilter) ([]*Play, error) {
	if err := date.check("date"); err != nil {
		return nil, err
	}
	q, err := f.query(core.Query{}.Text("type", "day").Text("date", date.compact()))
	if err != nil {
		return nil, err
	}
	return m.plays(ctx, m.action("results", "/results", q))
}

func (m monitored) last(ctx context.Context, f PlayFilter) ([]*Play, error) {
	q, err := f.query(core.Query{}.Text("type", "last"))
	if err != nil {
		return nil, err
	}
	return m.plays(ctx, m.action("last", "/results", q))
}

// plays runs an action that returns plays.
func (m monitored) plays(ctx context.Context, a action) ([]*Play, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	return readPlays(ctx, m.group, a, m.id)
}

func readPlays(ctx context.Context, g group, a action, id string) ([]*Play, error) {
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	var body struct {
		Data []wirePlay `json:"data"`
	}
	req.Check = func(resp *transport.Response) error {
		if err := transport.ConsoleError(resp); err != nil {
			return err
		}
		if err := lenient.Unmarshal(resp.Body, &body); err != nil {
			return transport.NotJSON(resp, err)
		}
		return core.CheckRows(resp, len(body.Data), true)
	}
	if _, err := g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	all := make([]Play, len(body.Data))
	plays := make([]*Play, len(body.Data))
	for i := range body.Data {
		all[i] = body.Data[i].play()
		if id != "" {
			all[i].StreamID = id
		}
		plays[i] = &all[i]
	}
	return plays, nil
}

// days iterates over the days of a range.
func (m monitored) days(ctx context.Context, o PlaysOptions) iter.Seq2[*Day, error] {
	return func(yield func(*Day, error) bool) {
		if err := m.check(&o); err != nil {
			yield(nil, err)
			return
		}
		w := newDayWalk(ctx, m, o)
		defer w.stop()
		for date := o.Days.From; !o.Days.To.Before(date); date = date.AddDays(1) {
			plays, err := w.next(date)
			if err != nil {
				yield(nil, &DayError{Date: date, Err: err})
				return
			}
			if !yield(&Day{Date: date, StreamID: m.id, Plays: plays}, nil) {
				return
			}
		}
	}
}

// check refuses invalid options, and sets the defaults.
func (m monitored) check(o *PlaysOptions) error {
	if err := m.ready(); err != nil {
		return err
	}
	if err := o.Days.check("PlaysOptions.Days"); err != nil {
		return err
	}
	if _, err := o.Filter.query(core.Query{}); err != nil {
		return err
	}
	switch {
	case o.InFlight < 0 || o.InFlight > maxInFlight:
		return refuse("PlaysOptions.InFlight", "is "+strconv.Itoa(o.InFlight), fmt.Sprintf("use 1 to %d, or leave it zero for 1", maxInFlight))
	case o.InFlight == 0:
		o.InFlight = 1
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return nil
}

const maxInFlight = 64

// A dayWalk fetches days in UTC in order, some of them ahead of time, and regroups them into the days of another zone.
type dayWalk struct {
	monitored
	PlaysOptions

	ctx    context.Context // ends with the walk
	cancel context.CancelFunc

	start, fetched, last Date           // days in UTC: the next to request, the next to take, the last
	ahead                []<-chan plays // the requested days
	left                 []datedPlay    // fetched plays of later days
}

type plays struct {
	list     []*Play
	err      error
	panicked any // the value that an option's code has panicked with
}

var errEndedGoroutine = errors.New("acrcloud: the request was ended by code that was given as an option: it called runtime.Goexit")

type datedPlay struct {
	*Play
	date Date
}

func newDayWalk(ctx context.Context, m monitored, o PlaysOptions) *dayWalk {
	w := &dayWalk{monitored: m, PlaysOptions: o}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.start = DateOf(o.Days.From.In(o.Zone).UTC())
	w.fetched, w.last = w.start, w.lastOf(o.Days.To)
	return w
}

// lastOf returns the last day in UTC that overlaps a day of the zone.
func (w *dayWalk) lastOf(date Date) Date {
	return DateOf(date.AddDays(1).In(w.Zone).Add(-1).UTC())
}

// stop ends the requests that are running.
func (w *dayWalk) stop() {
	w.cancel()
	for _, ch := range w.ahead {
		<-ch
	}
}

// ask requests days until enough are in flight.
func (w *dayWalk) ask() {
	for len(w.ahead) < w.InFlight && !w.last.Before(w.start) {
		ch, date := make(chan plays, 1), w.start
		go func() {
			got := plays{err: errEndedGoroutine}
			defer func() {
				got.panicked = recover()
				ch <- got
			}()
			got.list, got.err = w.day(w.ctx, date, w.Filter)
		}()
		w.ahead, w.start = append(w.ahead, ch), w.start.AddDays(1)
	}
}

// take returns the plays of the next day in UTC.
func (w *dayWalk) take() ([]*Play, error) {
	w.ask()
	got := <-w.ahead[0]
	w.ahead[0] = nil
	w.ahead = w.ahead[1:]
	if got.panicked != nil {
		panic(got.panicked) //nolint:forbidigo // it is the caller's own, and comes on the caller's goroutine, as with any other request
	}
	if got.err == nil {
		w.ask()
		w.fetched = w.fetched.AddDays(1)
	}
	return got.list, got.err
}

// next returns the plays of the next day of the zone.
func (w *dayWalk) next(date Date) ([]*Play, error) {
	if w.Zone == time.UTC { // the service's own days, whatever the plays' times are
		list, err := w.take()
		return sorted(list), err
	}
	for end := w.lastOf(date); !end.Before(w.fetched); {
		day := w.fetched
		list, err := w.take()
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			w.left = append(w.left, datedPlay{p, w.dateOf(p, day)})
		}
	}
	list := make([]*Play, 0, len(w.left))
	later := w.left[:0]
	for _, p := range w.left {
		switch {
		case date.Before(p.date):
			later = append(later, p)
		case !p.date.Before(w.Days.From):
			list = append(list, p.Play)
		}
	}
	clear(w.left[len(later):])
	w.left = later
	return sorted(list), nil
}

// sorted sorts plays by their start.
func sorted(list []*Play) []*Play {
	byStart := func(a, b *Play) int { return a.Start.Compare(b.Start) }
	if !slices.IsSortedFunc(list, byStart) {
		slices.SortStableFunc(list, byStart)
	}
	return list
}

// dateOf is the day of the zone that a play belongs to. A play without a readable time stays in the day that it was
// fetched with.
func (w *dayWalk) dateOf(p *Play, fetched Date) Date {
	switch {
	case !p.Start.IsZero():
		return DateOf(p.Start.In(w.Zone))
	case fetched.Before(w.Days.From):
		return w.Days.From
	case w.Days.To.Before(fetched):
		return w.Days.To
	}
	return fetched
}

// playsOf iterates over the plays of days.
func playsOf(days iter.Seq2[*Day, error]) iter.Seq2[*Play, error] {
	return func(yield func(*Play, error) bool) {
		for day, err := range days {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, p := range day.Plays {
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}
