package filescan_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A canned is a service that has one response, which costs it nothing.
type canned string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: -1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(c))),
	}, nil
}

// A response takes at most 32 times its size and 1 MiB, from the first byte to the result, or is an error.
//
//nolint:paralleltest // it measures what the whole program allocates
func TestResponsesMemory(t *testing.T) {
	fill := func(begin, element, end string) canned {
		return canned(begin + strings.Repeat(element+",", 1<<20/(len(element)+1)) + element + end)
	}
	row := `{"offset":1,"played_duration":2,"result":{"acrid":"0123456789abcdef0123456789abcdef","title":"Silver River","artists":[{"name":"Ada Alder"}],` +
		`"external_ids":{"isrc":"QZABC2400001"},"score":90,"new":{"a":1}}}`
	for name, tt := range map[string]struct {
		response canned
		refused  bool
	}{
		"empty rows":            {fill(`{"data":{"id":"`+fileID+`","results":{"music":[`, `{}`, `]}}}`), true},
		"empty files":           {fill(`{"data":[`, `{}`, `]}`), true},
		"rows of empty objects": {fill(`{"data":{"id":"`+fileID+`","results":{"music":[`, `{"result":{"works":[{}]}}`, `]}}}`), true},
		"unknown members":       {fill(`{"data":{"id":"`+fileID+`","x":[`, `{}`, `]}}`), false},
		"real rows":             {fill(`{"data":{"id":"`+fileID+`","state":1,"results":{"music":[`, row, `]}}}`), false},
		"a long name":           {canned(`{"data":{"id":"` + fileID + `","name":"` + strings.Repeat("a", 1<<20) + `"}}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := filescan.New(acrcloud.Config{BaseURL: "https://acr.test", BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
				acrcloud.WithHTTPClient(&http.Client{Transport: tt.response}))
			require.NoError(t, err)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			file, err := c.Files(7).Get(t.Context(), fileID)
			runtime.ReadMemStats(&after)
			used := int(after.TotalAlloc - before.TotalAlloc) //nolint:gosec // some megabytes
			assert.LessOrEqual(t, used, 32*len(tt.response)+1<<20, "%.1f times", float64(used)/float64(len(tt.response)))
			if tt.refused {
				var e *acrcloud.DecodeError
				require.ErrorAs(t, err, &e)
				assert.Nil(t, file)
				assert.ErrorContains(t, err, "memory")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, fileID, file.ID)
		})
	}
}

// So does a response that says no, or describes itself at length, to every kind of call.
//
//nolint:paralleltest // it measures what the whole program allocates
func TestRefusalsMemory(t *testing.T) {
	const size = 1 << 20
	fill := func(begin, element, end string) canned {
		return canned(begin + strings.Repeat(element+",", size/(len(element)+1)) + element + end)
	}
	var members strings.Builder
	for i := 0; members.Len() < size; i++ {
		fmt.Fprintf(&members, `"k%d":0,`, i)
	}
	for name, response := range map[string]canned{
		"empty errors":    fill(`{"errors":[`, `{}`, `]}`),
		"numbers":         fill(`{"errors":[`, `1`, `]}`),
		"many fields":     canned(`{"errors":{` + members.String() + `"z":1}}`),
		"deep errors":     canned(`{"errors":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`),
		"within data":     fill(`{"data":{"error":[`, `{}`, `]}}`),
		"a trace":         fill(`{"message":"Server Error","trace":[`, `{}`, `]}`),
		"a long message":  canned(`{"message":"invalid ` + strings.Repeat("x", size) + `"}`),
		"meta of a list":  fill(`{"data":[],"meta":[`, `{}`, `]}`),
		"unknown members": canned("{" + members.String() + `"z":1}`),
		"an array":        fill("[", "{}", "]"),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := filescan.New(acrcloud.Config{BaseURL: "https://acr.test", BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
				acrcloud.WithHTTPClient(&http.Client{Transport: response}), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))
			require.NoError(t, err)
			ctx, f := t.Context(), c.Files(7)
			for call, do := range map[string]func() error{
				"Get":    func() error { _, err := f.Get(ctx, fileID); return err },
				"List":   func() error { _, err := f.List(ctx, nil); return err },
				"Delete": func() error { return f.Delete(ctx, fileID) },
				"Rescan": func() error { _, err := f.Rescan(ctx, fileID); return err },
				"Do":     func() error { return c.Do(ctx, http.MethodGet, "/buckets", nil, nil) },
			} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				err := do()
				runtime.ReadMemStats(&after)
				used := int(after.TotalAlloc - before.TotalAlloc) //nolint:gosec // no test allocates that much
				assert.LessOrEqual(t, used, 32*len(response)+1<<20, "%s: %.1f times", call, float64(used)/float64(len(response)))
				if strings.Contains(name, "errors") || strings.Contains(name, "trace") {
					require.Error(t, err, call)
				}
				if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
					assert.LessOrEqual(t, len(e.Body), 64<<10)
					assert.Less(t, len(err.Error()), 10_000)
				}
			}
		})
	}
}
