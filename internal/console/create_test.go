package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
)

type thing struct {
	id string
	at time.Time
}

// What is new, and when it is looked for, after a request that may have made something.
func TestCreationLooks(t *testing.T) {
	t.Parallel()
	errList := errors.New("the list fails")
	refused := &acrcloud.APIError{StatusCode: 429}
	for name, tt := range map[string]struct {
		err       error         // of the request
		withClock bool          // the service says what time it is
		firstFail bool          // the first look fails
		old       bool          // something of the name was there before
		made      time.Duration // when the new thing was made, from the beginning on
		shows     time.Duration // when the list has it; negative: never
		earlier   time.Duration // an earlier request ended so long ago, and Earlier says so; negative: there was none
		looks     []time.Duration
		things    int // of the DoubtError; 0: there is none
		sent      int
	}{
		"new":                                  {acrcloud.ErrOutcomeUnknown, true, false, true, 0, 0, -1, []time.Duration{0, 0}, 1, 1},
		"new by a clock that runs ahead":       {acrcloud.ErrOutcomeUnknown, true, false, true, -time.Second, 0, -1, []time.Duration{0, 0}, 1, 1},
		"new by a clock that is behind":        {acrcloud.ErrOutcomeUnknown, true, false, true, -time.Minute, 0, -1, []time.Duration{0, 0}, 1, 1},
		"made before":                          {acrcloud.ErrOutcomeUnknown, true, false, true, -6 * time.Minute, 0, -1, []time.Duration{0, 0, 1, 4}, 0, 1},
		"shows late":                           {acrcloud.ErrOutcomeUnknown, true, false, true, 0, 4 * time.Second, -1, []time.Duration{0, 0, 1, 4}, 1, 1},
		"the first look fails, shows late":     {acrcloud.ErrOutcomeUnknown, true, true, false, 0, 4 * time.Second, -1, []time.Duration{0, 0, 1, 4}, 1, 1},
		"no clock":                             {acrcloud.ErrOutcomeUnknown, false, false, true, -time.Hour, 0, -1, []time.Duration{0, 0}, 1, 1},
		"no clock, and the first look fails":   {acrcloud.ErrOutcomeUnknown, false, true, false, 0, 0, -1, []time.Duration{0, 0, 1, 4}, 0, 1},
		"never":                                {acrcloud.ErrOutcomeUnknown, true, false, true, 0, -1, -1, []time.Duration{0, 0, 1, 4}, 0, 1},
		"refused":                              {refused, true, false, true, 0, -1, -1, []time.Duration{0, 4}, 0, 1},
		"an earlier request at any time":       {nil, true, false, false, -time.Hour, 0, 0, []time.Duration{0}, 1, 0},
		"an earlier request, two seconds ago":  {nil, true, false, false, 0, -1, 2 * time.Second, []time.Duration{0, 2}, 0, 1},
		"an earlier request, a moment ago":     {nil, true, false, false, 0, -1, 0, []time.Duration{0, 1, 4}, 0, 1},
		"an earlier request, a long while ago": {nil, true, false, false, 0, -1, time.Hour, []time.Duration{0}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				sent := 0
				var looks []time.Duration
				c := console.Creation[thing]{
					Made: func(v *thing) (string, time.Time) { return v.id, v.at },
					Look: func(_ context.Context, all bool) (console.Look[thing], error) {
						first := len(looks) == 0 && tt.earlier < 0
						assert.Equal(t, !first, all)
						looks = append(looks, time.Since(start)/time.Second)
						if first && tt.firstFail {
							return console.Look[thing]{}, errList
						}
						var l console.Look[thing]
						if tt.withClock {
							l.Now = time.Now()
						}
						if tt.old {
							l.Things = append(l.Things, &thing{"old", start.Add(-time.Hour)})
						}
						if !first && tt.shows >= 0 && time.Since(start) >= tt.shows {
							l.Things = append(l.Things, &thing{"new", start.Add(tt.made)})
						}
						return l, nil
					},
					Send: func(context.Context, func(context.Context, time.Duration) error) (*thing, error) {
						sent++
						return &thing{id: "made"}, tt.err
					},
				}
				if tt.earlier >= 0 {
					c.Earlier = start.Add(-tt.earlier)
				}
				_, err := c.Do(t.Context())
				assert.Equal(t, tt.looks, looks)
				assert.Equal(t, tt.sent, sent)
				doubt, ok := errors.AsType[*console.DoubtError[thing]](err)
				require.Equal(t, tt.things > 0, ok, "%v", err)
				switch {
				case ok:
					require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
					assert.Len(t, doubt.Things, tt.things)
				default:
					require.ErrorIs(t, err, tt.err)
				}
			})
		})
	}
}

// Clocks of one service may be apart. So what the first look did not have is new, if it saw the whole list; else if it is not older than
// clocks explain.
func TestCreationClocks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		whole  bool
		behind time.Duration // the time of the thing's record
		fresh  bool
	}{
		"the whole list":                    {true, 0, true},
		"the whole list, a minute":          {true, time.Minute, true},
		"the whole list, another time zone": {true, 8 * time.Hour, true},
		"the whole list, another day":       {true, 25 * time.Hour, false},
		"its beginning":                     {false, 0, true},
		"its beginning, a minute":           {false, time.Minute, true},
		"its beginning, another time zone":  {false, 8 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				c := console.Creation[thing]{
					Made: func(v *thing) (string, time.Time) { return v.id, v.at },
					Look: func(context.Context, bool) (console.Look[thing], error) {
						l := console.Look[thing]{Whole: tt.whole, Now: time.Now()}
						if sent > 0 {
							l.Things = append(l.Things, &thing{"new", time.Now().Add(-tt.behind)})
						}
						return l, nil
					},
					Send: func(ctx context.Context, again func(context.Context, time.Duration) error) (*thing, error) {
						sent++
						if err := again(ctx, 0); err != nil {
							return nil, err
						}
						sent++
						return &thing{id: "another"}, nil
					},
				}
				_, err := c.Do(t.Context())
				if tt.fresh {
					require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
					assert.Equal(t, 1, sent)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 2, sent)
			})
		})
	}
}

// A refused request may have been processed. Where its look fails it is not sent again, and where it cannot be looked for at all since the
// time is up, the outcome is unknown.
func TestCreationRefusedAndNotSeen(t *testing.T) {
	t.Parallel()
	refused := &acrcloud.APIError{StatusCode: http.StatusTooManyRequests}
	forbidden := &acrcloud.APIError{StatusCode: http.StatusForbidden}
	for name, tt := range map[string]struct {
		proof       console.Proof
		first, look error
		ends        bool // the context, while the client waits
		sent        int
		unknown     bool
	}{
		"the look fails":                          {console.NoProof, nil, errors.New("broken"), false, 1, true},
		"the look fails, unique name":             {console.ByCaller, nil, errors.New("broken"), false, 1, true},
		"the look is refused":                     {console.NoProof, nil, forbidden, false, 1, true},
		"the look is refused, unique name":        {console.ByCaller, nil, forbidden, false, 1, true},
		"the token may not list":                  {console.NoProof, forbidden, forbidden, false, 2, false},
		"the service refuses doubles":             {console.ByService, nil, errors.New("broken"), false, 2, false},
		"the time is up":                          {console.NoProof, nil, nil, true, 1, true},
		"the time is up, unique name":             {console.ByCaller, nil, nil, true, 1, true},
		"the time is up, service refuses doubles": {console.ByService, nil, nil, true, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				sent := 0
				c := console.Creation[thing]{
					Proof: tt.proof,
					Made:  func(v *thing) (string, time.Time) { return v.id, v.at },
					Ours:  func(*thing) error { return nil },
					Look: func(context.Context, bool) (console.Look[thing], error) {
						if sent == 0 {
							return console.Look[thing]{Whole: true, Now: time.Now()}, tt.first
						}
						return console.Look[thing]{Whole: true, Now: time.Now()}, tt.look
					},
					Send: func(ctx context.Context, again func(context.Context, time.Duration) error) (*thing, error) {
						sent++
						if tt.ends {
							cancel()
							return nil, fmt.Errorf("%w; before that: %w", ctx.Err(), refused)
						}
						if err := again(ctx, time.Second); err != nil {
							return nil, fmt.Errorf("%w; before that: %w", err, refused)
						}
						sent++
						return &thing{id: "made"}, nil
					},
				}
				_, err := c.Do(ctx)
				assert.Equal(t, tt.sent, sent)
				assert.Equal(t, tt.unknown, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
				assert.Equal(t, sent == 1, errors.Is(err, acrcloud.ErrRateLimited), "%v", err)
			})
		})
	}
}

// A name is remembered until what was sent for it must show.
func TestNamesForget(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sent  bool
		after time.Duration
		known bool
	}{
		"at once":           {true, 0, true},
		"before it settles": {true, console.Settled, true},
		"settled":           {true, console.Settled + 1, false},
		"nothing was sent":  {false, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var names console.Names
				_, give, err := names.Take(t.Context(), "a")
				require.NoError(t, err)
				end := time.Now()
				give(tt.sent)
				time.Sleep(tt.after) //nolint:forbidigo // time is fake here
				earlier, give, err := names.Take(t.Context(), "a")
				require.NoError(t, err)
				defer give(false)
				assert.Equal(t, tt.known, !earlier.IsZero())
				if tt.known {
					assert.Equal(t, end, earlier)
				}
			})
		})
	}
}

func TestSearchTerm(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "", "a.mp3": "a.mp3", "my long song": "long", "ab*cdef": "cdef", `ab\cdef`: "cdef", "ab%cdef": "cdef", "ab\tcdef": "cdef"} {
		assert.Equal(t, want, console.SearchTerm(name), "%q", name)
	}
}

// A refused request may have been processed. Where no look can show it, the outcome is unknown, but for what a retry or the token explains.
func TestCreationRefusedUnseen(t *testing.T) {
	t.Parallel()
	refused := &acrcloud.APIError{StatusCode: http.StatusServiceUnavailable}
	for name, tt := range map[string]struct {
		proof       console.Proof
		first, look error
		unknown     bool
	}{
		"the look fails":                  {console.NoProof, nil, errors.New("the attempt took too long"), true},
		"the look fails, unique name":     {console.ByCaller, nil, errors.New("the attempt took too long"), true},
		"the service refuses doubles":     {console.ByService, nil, errors.New("the attempt took too long"), false},
		"the token may not list":          {console.NoProof, &acrcloud.APIError{StatusCode: http.StatusForbidden}, &acrcloud.APIError{StatusCode: http.StatusForbidden}, false},
		"the token may not list any more": {console.NoProof, nil, &acrcloud.APIError{StatusCode: http.StatusForbidden}, true},
		"the look shows that it is not":   {console.NoProof, nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sent := false
				c := console.Creation[thing]{
					Proof: tt.proof,
					Made:  func(v *thing) (string, time.Time) { return v.id, v.at },
					Ours:  func(*thing) error { return nil },
					Look: func(context.Context, bool) (console.Look[thing], error) {
						if !sent {
							return console.Look[thing]{Now: time.Now()}, tt.first
						}
						return console.Look[thing]{Now: time.Now()}, tt.look
					},
					Send: func(context.Context, func(context.Context, time.Duration) error) (*thing, error) {
						sent = true
						return nil, refused
					},
				}
				_, err := c.Do(t.Context())
				require.ErrorIs(t, err, refused)
				assert.Equal(t, tt.unknown, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
			})
		})
	}
}
