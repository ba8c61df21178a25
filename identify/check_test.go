package identify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const passed, warned, failed, skipped = acrcloud.Passed, acrcloud.Warned, acrcloud.Failed, acrcloud.Skipped
	lost := func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }
	tests := []struct {
		name   string
		answer roundTripper
		want   []acrcloud.Outcome // host, credentials, limits
		is     error
	}{
		{"0", code(0), []acrcloud.Outcome{passed, passed, passed}, nil},
		{"1001", code(1001), []acrcloud.Outcome{passed, passed, passed}, nil},
		{"2004", code(2004), []acrcloud.Outcome{passed, passed, passed}, nil},
		{"3006", code(3006), []acrcloud.Outcome{passed, passed, passed}, nil},
		{"3001", code(3001), []acrcloud.Outcome{passed, failed, skipped}, acrcloud.ErrCredentials},
		{"3014", code(3014), []acrcloud.Outcome{passed, failed, skipped}, acrcloud.ErrCredentials},
		{"3003", code(3003), []acrcloud.Outcome{passed, passed, failed}, acrcloud.ErrQuotaExceeded},
		{"3013", code(3013), []acrcloud.Outcome{passed, passed, failed}, acrcloud.ErrQuotaExceeded},
		{"3015", code(3015), []acrcloud.Outcome{passed, passed, warned}, nil},
		{"3000", code(3000), []acrcloud.Outcome{passed, warned, skipped}, nil},
		{"3999", code(3999), []acrcloud.Outcome{passed, warned, skipped}, nil},
		{"html", says(200, "<html>"), []acrcloud.Outcome{failed, skipped, skipped}, acrcloud.ErrOutcomeUnknown},
		{"404", says(404, "<html>"), []acrcloud.Outcome{failed, skipped, skipped}, acrcloud.ErrNotFound},
		{"502", says(502, "<html>"), []acrcloud.Outcome{failed, skipped, skipped}, acrcloud.ErrServer},
		{"network", lost, []acrcloud.Outcome{failed, skipped, skipped}, acrcloud.ErrOutcomeUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newService(t, tt.answer)
				d, err := c.Check(t.Context())
				require.NoError(t, err)
				var got []acrcloud.Outcome
				for i, check := range d.Checks {
					got = append(got, check.Outcome)
					assert.Equal(t, []string{"host", "credentials", "limits"}[i], check.Name)
					if check.Outcome == failed || check.Outcome == warned {
						assert.NotEmpty(t, check.Remedy)
						assert.NotEmpty(t, check.Seen)
					}
				}
				assert.Equal(t, tt.want, got)
				if tt.is == nil {
					require.NoError(t, d.Err())
				} else {
					require.ErrorIs(t, d.Err(), tt.is)
				}
				text := fmt.Sprintf("%+v %v", d, d.Err())
				assert.NotContains(t, text, vectorKey)
				assert.NotContains(t, text, vectorSecret)
				f := s.forms[0]
				assert.Equal(t, []string{"0"}, f.values["sample_bytes"])
				assert.Equal(t, map[string]string{"sample": ""}, f.files)
			})
		})
	}
}

func TestCheckAgainstTheMock(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	d, err := mockClient(t, srv).Check(t.Context())
	require.NoError(t, err)
	require.NoError(t, d.Err())
	for name, set := range map[string]func(*acrcloud.Config){
		"3001": func(c *acrcloud.Config) { c.IdentifyAccessKey = acrcloud.NewSecret("unknown") },
		"3014": func(c *acrcloud.Config) { c.IdentifyAccessSecret = acrcloud.NewSecret("wrong") },
	} {
		cfg := srv.Config()
		set(&cfg)
		c, err := identify.New(cfg, srv.Options()...)
		require.NoError(t, err)
		d, err := c.Check(t.Context())
		require.NoError(t, err)
		require.ErrorIs(t, d.Err(), acrcloud.ErrCredentials)
		require.ErrorContains(t, d.Err(), name)
	}
}

func TestCheckCannotBeMade(t *testing.T) {
	t.Parallel()
	_, err := (*identify.Client)(nil).Check(t.Context())
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, _ := newService(t, code(0))
	_, err = c.Check(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
