package filescan_test

import (
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
func TestMemoryOfResponses(t *testing.T) {
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
