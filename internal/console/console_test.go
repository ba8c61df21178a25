package console_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

func jwt(payload string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

// service responds to every request.
type service func(*http.Request) (status int, body string)

func (s service) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := s(r)
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

var buckets = credential.Scope{Name: "buckets", Title: "Buckets"}

func newClient(t *testing.T, payload string, s service) *console.Client {
	t.Helper()
	c, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(jwt(payload))}, buckets,
		acrcloud.WithHTTPClient(&http.Client{Transport: s}), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	return c
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	token := acrcloud.NewSecret(jwt(`{}`))
	for name, tt := range map[string]struct {
		cfg          acrcloud.Config
		field, text  string
		withoutToken bool
	}{
		"no token":            {acrcloud.Config{}, "Config.BearerToken", "with the Buckets scope", true},
		"switched off":        {acrcloud.Config{IsActive: new(false)}, "Config.IsActive", "is false", false},
		"a key for a token":   {acrcloud.Config{IdentifyAccessKey: token}, "Config.BearerToken", "wrong place", false},
		"another scheme":      {acrcloud.Config{BaseURL: "ftp://a.test"}, "Config.BaseURL", "web server", false},
		"a region that isn't": {acrcloud.Config{Region: "eu--west"}, "Config.Region", "not the name of a region", false},
		"China":               {acrcloud.Config{Region: acrcloud.CNNorth1}, "Config.Region", "cn-api-v2.acrcloud.cn", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !tt.withoutToken {
				tt.cfg.BearerToken = token
			}
			_, err := console.New(tt.cfg, buckets)
			e, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.field, e.Field)
			assert.Contains(t, err.Error(), tt.text)
			assert.NotContains(t, err.Error(), token.Reveal())
		})
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	c := newClient(t, `{}`, func(r *http.Request) (int, string) {
		sent = r
		return 200, `{"data":{"id":7,"name":"x"}}`
	})
	type bucket struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	valid := func(b *bucket) bool { return b.ID == 7 }
	var got *bucket
	q := console.Query{}.Text("a", "b c").Text("none", "").Number("n", 2).Number("zero", 0).Bool("yes", true).Bool("no", false)
	req := &transport.Request{
		Op: "buckets.update", Cost: transport.Write, Method: http.MethodPut, URL: c.URL("/buckets/7" + q.String()), Check: console.One(&got, valid, nil),
	}
	data, err := console.JSON(map[string]string{"name": "<x>"})
	require.NoError(t, err)
	console.SetJSON(req, data)
	_, err = c.Send(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, &bucket{7, "x"}, got)
	assert.Equal(t, "https://api-v2.acrcloud.com/api/buckets/7?a=b+c&n=2&yes=1", sent.URL.String())
	assert.Equal(t, "Bearer "+jwt(`{}`), sent.Header.Get("Authorization"))
	assert.Equal(t, "application/json", sent.Header.Get("Accept"))
	assert.Equal(t, "application/json", sent.Header.Get("Content-Type"))
	assert.EqualValues(t, len(`{"name":"<x>"}`), sent.ContentLength)
	assert.Empty(t, console.Query{}.String())
}

// One thing comes as an object, in a list of one, or bare; and there may be nothing.
func TestOne(t *testing.T) {
	t.Parallel()
	type thing struct {
		ID int `json:"id"`
	}
	for body, want := range map[string]error{
		`{"data":{"id":7}}`:                 nil,
		`{"data":[{"id":7}]}`:               nil,
		`{"data":[null,{"id":1},{"id":7}]}`: nil,
		`{"id":7}`:                          nil,
		`{"data":[{"id":1}]}`:               acrcloud.ErrNotFound,
		`{"data":[]}`:                       acrcloud.ErrNotFound,
		`{"data":null}`:                     acrcloud.ErrNotFound,
		`{}`:                                acrcloud.ErrNotFound,
		`<html>`:                            errNotJSON,
		``:                                  errNotJSON,
		`{"data":{"id":7}`:                  errNotJSON,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, `{}`, func(*http.Request) (int, string) { return 200, body })
			var got *thing
			_, err := c.Send(t.Context(), &transport.Request{
				Op: "things.get", Method: http.MethodGet, URL: c.URL("/things/7"), Check: console.One(&got, func(v *thing) bool { return v.ID == 7 }, console.NotFound("thing 7")),
			})
			switch {
			case want == nil:
				require.NoError(t, err)
				assert.Equal(t, &thing{7}, got)
			case errors.Is(want, errNotJSON):
				_, ok := errors.AsType[*acrcloud.DecodeError](err)
				assert.True(t, ok, "%v", err)
			default:
				require.ErrorIs(t, err, want)
				assert.Contains(t, err.Error(), "thing 7")
				assert.Contains(t, err.Error(), "Check the id")
			}
		})
	}
}

var errNotJSON = errors.New("not JSON")

// What to do about a refused token depends on the part of the API that was asked.
func TestForAnotherScope(t *testing.T) {
	t.Parallel()
	c := newClient(t, `{"scopes":["read-buckets"]}`, func(*http.Request) (int, string) { return 403, `{"message":"Invalid scope(s) provided."}` })
	ask := func(c *console.Client) *acrcloud.APIError {
		_, err := c.Send(t.Context(), &transport.Request{Op: "x", Method: http.MethodGet, URL: c.URL("/x")})
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "%v", err)
		return e
	}
	assert.Contains(t, ask(c).Hint(), "lacks a scope")
	projects := credential.Scope{Name: "base-projects", Title: "Recognition Projects"}
	assert.Contains(t, ask(c.For(projects)).Hint(), "good for read-buckets only: create a Console API token in the console under Account, Developer Settings, with the Recognition Projects scope")
	assert.Contains(t, ask(c).Hint(), "with the Buckets scope", "the first client is as it was")
}

func TestCheckup(t *testing.T) {
	t.Parallel()
	c := newClient(t, `{"scopes":["read-buckets"]}`, func(*http.Request) (int, string) { return 200, `{}` })
	k := c.Checkup()
	others := []credential.Scope{{Name: "audios", Title: "Bucket Files"}, {Name: "ucf", Title: "Unknown Content"}}
	require.True(t, k.Token(t.Context(), append(others, buckets)...))
	require.True(t, k.Service(func() error { return c.Do(t.Context(), "GET", "/buckets", nil, nil) }))
	byName := map[string]acrcloud.Check{}
	for _, found := range k.Checks {
		byName[found.Name] = found
	}
	scopes := byName["token scopes"]
	assert.Equal(t, acrcloud.Warned, scopes.Outcome)
	assert.Equal(t, "not covered: Bucket Files, Unknown Content", scopes.Seen)
	assert.Contains(t, scopes.Remedy, "good for read-buckets only")
	assert.Contains(t, scopes.Remedy, "with the scopes Bucket Files, Unknown Content")
	assert.Equal(t, acrcloud.Passed, byName["token accepted"].Outcome)
	assert.NoError(t, k.Err())
}

func TestCheckIDs(t *testing.T) {
	t.Parallel()
	require.NoError(t, console.CheckID("bucketID", 1, "use the bucket's"))
	for id, problem := range map[int]string{0: "is 0", -1: "is negative"} {
		err := console.CheckID("bucketID", id, "use the bucket's")
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
		assert.Contains(t, err.Error(), "bucketID "+problem)
	}
	for _, id := range []string{"6b1e2c1a-0000-4000-8000-000000000001", "s-ABC", "7", "a.b", "é"} {
		require.NoError(t, console.CheckFileID("fileID", id), id)
	}
	for _, id := range []string{"", ".", "..", "a..b", "a/b", `a\b`, "a,b", "a;b", "a?b", "a#b", "a%2fb", "a b", "a\n", "\x7f", "a\xffb", "\u0085", "\u200b", "\u202e", "\u2028"} {
		err := console.CheckFileID("fileID", id)
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, "%q", id)
	}
}

// listOf serves pages; a page that is missing is empty.
func listOf(pages map[int]*console.Page[int], asked *[]int) func(context.Context, int) (*console.Page[int], error) {
	return func(_ context.Context, number int) (*console.Page[int], error) {
		*asked = append(*asked, number)
		if p := pages[number]; p != nil {
			return p, nil
		}
		return &console.Page[int]{Page: number}, nil
	}
}

func rows(numbers ...int) (list []*int) {
	for _, n := range numbers {
		list = append(list, new(n))
	}
	return list
}

// A service that repeats rows must not keep an iterator going.
func TestAllEnds(t *testing.T) {
	t.Parallel()
	const forever = 1 << 30
	for name, tt := range map[string]struct {
		page  func(number int) *console.Page[int]
		want  []int
		fails bool
		asked int // at most
	}{
		"the same rows in another order": {func(n int) *console.Page[int] {
			return &console.Page[int]{Page: n, LastPage: forever, Total: forever, Items: rows([]int{1, 2}[n%2], []int{2, 1}[n%2])}
		}, []int{2, 1}, true, 2},
		"one row of a page that was": {func(n int) *console.Page[int] {
			if n == 1 {
				return &console.Page[int]{Page: n, LastPage: forever, Total: forever, Items: rows(1, 2, 3)}
			}
			return &console.Page[int]{Page: n, LastPage: forever, Total: forever, Items: rows(1 + n%3)}
		}, []int{1, 2, 3}, true, 2},
		"more and more, but the same": {func(n int) *console.Page[int] {
			return &console.Page[int]{Page: n, LastPage: n + 1, Total: 100 * n, Items: rows(1, 2)}
		}, []int{1, 2}, true, 20},
		"fewer and fewer, but the same": {func(n int) *console.Page[int] {
			return &console.Page[int]{Page: n, LastPage: forever, Total: forever - n, Items: rows(1, 2)}
		}, []int{1, 2}, true, 20},
		"no numbers": {func(int) *console.Page[int] { return &console.Page[int]{Items: rows(1, 2)} }, []int{1, 2}, false, 2},
		"no total": {func(n int) *console.Page[int] {
			return &console.Page[int]{Page: n, LastPage: forever, Items: rows(1, 2)}
		}, []int{1, 2}, true, 2},
		"empty pages": {func(n int) *console.Page[int] { return &console.Page[int]{Page: n, LastPage: forever} }, nil, false, 1},
		"the last page was seen": {func(n int) *console.Page[int] {
			return &console.Page[int]{Page: n, LastPage: 2, Total: 3, Items: [][]*int{rows(1, 2), rows(2)}[n-1]}
		}, []int{1, 2}, false, 2},
		"the last page is the first": {func(int) *console.Page[int] {
			return &console.Page[int]{Page: 1, LastPage: 2, Total: 4, Items: rows(1, 2)}
		}, []int{1, 2}, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			var got []int
			var failed error
			for row, err := range console.All(t.Context(), 0, func(_ context.Context, number int) (*console.Page[int], error) {
				if asked++; asked > 100 {
					return nil, errors.New("there is no end to it")
				}
				return tt.page(number), nil
			}, func(row *int) int { return *row }) {
				if failed = err; err == nil {
					got = append(got, *row)
				}
			}
			assert.Equal(t, tt.want, got)
			assert.LessOrEqual(t, asked, tt.asked)
			if tt.fails {
				assert.ErrorIs(t, failed, console.ErrRepeatedPage)
			} else {
				assert.NoError(t, failed)
			}
		})
	}
}

// A list without rows is empty only if the service's total agrees. After some rows, a total that is too high does not fail it.
func TestAllMissesRows(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pages []console.Page[int]
		first int
		fails bool
	}{
		"none at all":               {[]console.Page[int]{{Page: 1, LastPage: 1, PerPage: 2, Total: 3}}, 1, true},
		"none, and no last page":    {[]console.Page[int]{{PerPage: 2, Total: 3}}, 1, true},
		"none on the second page":   {[]console.Page[int]{{Page: 1, LastPage: 3, PerPage: 2, Total: 5, Items: rows(1, 2)}, {Page: 2, LastPage: 3, PerPage: 2, Total: 5}}, 1, false},
		"the others are gone":       {[]console.Page[int]{{Page: 1, LastPage: 2, PerPage: 2, Total: 3, Items: rows(1, 2)}, {Page: 2, LastPage: 1, PerPage: 2, Total: 2}}, 1, false},
		"the list is empty":         {[]console.Page[int]{{Page: 1, LastPage: 1, PerPage: 2}}, 1, false},
		"all of it was asked for":   {[]console.Page[int]{{Page: 1, LastPage: 9, PerPage: 2, Total: 2, Items: rows(1, 2)}, {Page: 2, LastPage: 9, PerPage: 2, Total: 2}}, 1, false},
		"it begins beyond the last": {[]console.Page[int]{{}, {}, {Page: 3, LastPage: 1, PerPage: 2, Total: 2}}, 3, false},
		"it begins in the middle":   {[]console.Page[int]{{}, {Page: 2, LastPage: 3, PerPage: 2, Total: 5}}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var failed error
			for _, err := range console.All(t.Context(), tt.first, func(_ context.Context, number int) (*console.Page[int], error) {
				return &tt.pages[min(number, len(tt.pages))-1], nil
			}, func(row *int) int { return *row }) {
				failed = err
			}
			if tt.fails {
				require.ErrorIs(t, failed, console.ErrMissingRows)
				return
			}
			require.NoError(t, failed)
		})
	}
}

// Rows that were added push those that were seen to later pages, over several of which there may be nothing new.
func TestAllAfterRowsWereAdded(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		total int // from the third page on, of 4 at first
		fails bool
	}{
		"as many as pushed the rows": {8, false},
		"fewer":                      {5, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked, got []int
			fetch := listOf(map[int]*console.Page[int]{
				1: {Page: 1, LastPage: 9, Total: 4, Items: rows(1, 2)},
				2: {Page: 2, LastPage: 9, Total: 4, Items: rows(3, 4)},
				3: {Page: 3, LastPage: 9, Total: tt.total, Items: rows(1, 2)},
				4: {Page: 4, LastPage: 9, Total: tt.total, Items: rows(3, 4)},
				5: {Page: 5, LastPage: 9, Total: tt.total, Items: rows(5, 6)},
			}, &asked)
			var failed error
			for row, err := range console.All(t.Context(), 1, fetch, func(row *int) int { return *row }) {
				if failed = err; err == nil {
					got = append(got, *row)
				}
			}
			if tt.fails {
				require.ErrorIs(t, failed, console.ErrRepeatedPage)
				return
			}
			require.NoError(t, failed)
			assert.Equal(t, []int{1, 2, 3, 4, 5, 6}, got)
			assert.Equal(t, []int{1, 2, 3, 4, 5, 6}, asked)
		})
	}
}
