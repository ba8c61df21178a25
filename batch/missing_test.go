package batch_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A file that was paid for is missing only if the API itself says so more than once, and the list does not have it.
func TestStrayNotFound(t *testing.T) {
	t.Parallel()
	page := http.Header{"Content-Type": {"text/html"}}
	const says = `{"message":"Not Found"}`
	empty := mock.Fault{Op: mock.OpListFiles, Body: `{"data":[],"meta":{"current_page":1,"last_page":1,"per_page":100,"total":0}}`, Header: http.Header{"Content-Type": {"application/json"}}}
	for name, tt := range map[string]struct {
		faults  []mock.Fault
		deleted bool
	}{
		"a proxy's page, for files":           {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: "<html>not found</html>", Header: page}}, false},
		"a proxy's page, for files and lists": {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: "<html>", Header: page}, {Op: mock.OpListFiles, Status: 404, Body: "<html>", Header: page}}, false},
		"a proxy's page, and an empty list":   {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: "<html>", Header: page}, empty}, false},
		"nothing":                             {[]mock.Fault{{Op: mock.OpGetFile, Status: 404}, {Op: mock.OpListFiles, Status: 404}}, false},
		"the API, for files":                  {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: says}}, false},
		"the API, for files and lists":        {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: says}, {Op: mock.OpListFiles, Status: 404, Body: says}}, false},
		"the API, and a list that fails":      {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: says}, {Op: mock.OpListFiles, Status: 503}}, false},
		"the API, once":                       {[]mock.Fault{{Op: mock.OpGetFile, Status: 404, Body: says, Times: 1}, empty}, false},
		"it was deleted":                      {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t, mock.WithProcessingTime(5*time.Minute))
				time.AfterFunc(2*time.Minute, func() {
					for _, f := range tt.faults {
						time.AfterFunc(4*time.Minute, srv.Inject(f))
					}
					if tt.deleted {
						for f, err := range files.All(t.Context(), nil) {
							assert.NoError(t, err)
							assert.NoError(t, files.Delete(t.Context(), f.ID))
						}
					}
				})
				outcomes := collect(t.Context(), t, files, songs(3), nil)
				require.Len(t, outcomes, 3)
				for _, o := range outcomes {
					if tt.deleted {
						assert.Equal(t, batch.FailureMissing, kindOf(t, o))
					} else {
						require.NoError(t, o.Err)
					}
				}
				assert.Equal(t, 3, created(srv))
			})
		})
	}
}
