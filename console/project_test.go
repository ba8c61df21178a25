package console_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// The key and secret of a project show nowhere, and go to identify.
func TestProjectSecrets(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"GET /base-projects/15": says(data(projectJSON)), "GET /base-projects/16": says(data(projectJSON))})
	p, err := c.Projects().Get(t.Context(), 15)
	require.NoError(t, err)
	cfg := p.Config()
	assert.Equal(t, "app", cfg.Name)
	assert.Equal(t, "identify-eu-west-1.acrcloud.com", cfg.IdentifyHost)
	assert.Equal(t, "key", cfg.IdentifyAccessKey.Reveal())
	assert.Equal(t, "pass", cfg.IdentifyAccessSecret.Reveal())
	_, err = identify.New(cfg)
	require.NoError(t, err)
	encoded, err := json.Marshal(p)
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), "pass")
	_, err = c.Projects().Get(t.Context(), 16) // the response is about another one
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	assert.NotContains(t, err.Error(), "pass")
	assert.Equal(t, acrcloud.Config{}, console.Project{}.Config())
	assert.Empty(t, console.Project{Region: "../x"}.Config().IdentifyHost)
	assert.Equal(t, "identify-cn-north-1.acrcloud.cn", console.Project{Region: acrcloud.CNNorth1}.Config().IdentifyHost)
}

// A callback URL shows in no error.
func TestCallbackURLIsHidden(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"POST /bm-cs-projects/9/result-callback": answers(http.StatusUnprocessableEntity, `{"message":"https://example.org/bm?key=hushhush is bad"}`)})
	err := c.StreamProjects().SetResultCallback(t.Context(), 9, callbackURL)
	require.ErrorIs(t, err, acrcloud.ErrInvalid)
	assert.NotContains(t, err.Error(), "hushhush")
	isArgument(t, c.StreamProjects().SetResultCallback(t.Context(), 9, acrcloud.NewSecret("ftp://x")), "url")
}
