package mock_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestAddProject(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	first := srv.Config()
	second, err := srv.AddProject(acrcloud.USWest2)
	require.NoError(t, err)
	assert.Equal(t, "identify-us-west-2.acrcloud.com", second.IdentifyHost)
	assert.True(t, second.BearerToken.IsZero())
	mixed := first
	mixed.IdentifyAccessSecret = second.IdentifyAccessSecret
	elsewhere := second
	elsewhere.IdentifyHost = first.IdentifyHost

	for name, tt := range map[string]struct {
		cfg  acrcloud.Config
		code int
	}{
		"the server's own": {first, 2004}, "another": {second, 2004}, "key and secret of two projects": {mixed, 3014}, "on another region's host": {elsewhere, 3001},
	} {
		body, contentType := parts(t, identifyFields(tt.cfg, "audio", "1700000000"), "sample", "")
		got := identification(t, srv.HTTPClient(), strings.Replace(identifyURL, first.IdentifyHost, tt.cfg.IdentifyHost, 1), contentType, body)
		assert.Equal(t, tt.code, got.Status.Code, name)
	}

	_, err = srv.AddProject("mars")
	require.ErrorContains(t, err, "us-west-2")
	base, err := srv.Start()
	require.NoError(t, err)
	third, err := srv.AddProject(acrcloud.APSoutheast1)
	require.NoError(t, err)
	assert.Equal(t, base, third.IdentifyHost, "one address for everything")
}
