package mock_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A token is good for the groups that it has scopes of, and refused by all others.
func TestScopesOfGroups(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	bucket := w.bucket("masters")
	_, stream := w.stream()
	channel := w.channel(1)
	paths := map[string][]string{ // by the scope that they need
		"filescanning":   {"/api/fs-containers"},
		"buckets":        {"/api/buckets", bucket},
		"audios":         {bucket + "/files", bucket + "/dedup-files"},
		"channels":       {bucket + "/channels"},
		"base-projects":  {"/api/base-projects"},
		"bm-cs-projects": {"/api/bm-cs-projects", stream + "/results"},
		"bm-bd-projects": {"/api/bm-bd-projects", channel + "/results"},
		"ucf":            {"/api/ucf-projects"},
		"metadata":       {"/api/external-metadata/tracks?isrc=x"},
	}
	for group := range paths {
		for _, scope := range []string{"read-" + group, "write-" + group} {
			token := w.srv.IssueToken(mock.Token{Scopes: []string{scope}}).Reveal()
			for other, list := range paths {
				for _, path := range list {
					want := 403
					if other == group {
						want = 200
					}
					assert.Equal(t, want, w.send("GET", mainHost+path, nil, "Authorization", "Bearer "+token).status, "%s: %s", scope, path)
				}
			}
			assert.Equal(t, 200, w.send("GET", mainHost+"/api/prices", nil, "Authorization", "Bearer "+token).status)
		}
	}
	token := w.srv.IssueToken(mock.Token{Scopes: []string{"delete-ucf"}}).Reveal()
	assert.Equal(t, 200, w.send("GET", mainHost+"/api/ucf-projects", nil, "Authorization", "Bearer "+token).status)
}
