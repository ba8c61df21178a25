package filescan_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func TestGetFile(t *testing.T) {
	t.Parallel()
	row := fileJSON(fileID, "x", 1, testTime)
	tests := []struct {
		name, body string
		found      bool
	}{
		{"array of one", `{"data":[` + row + `]}`, true},
		{"object", `{"data":` + row + `}`, true},
		{"bare", row, true},
		{"among others", `{"data":[` + fileJSON("other", "x", 1, testTime) + `,` + row + `]}`, true},
		{"another one", `{"data":[` + fileJSON("other", "x", 1, testTime) + `]}`, false},
		{"none", `{"data":[]}`, false},
		{"null", `{"data":null}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: says(tt.body)})
			file, err := c.Files(containerID).Get(t.Context(), fileID)
			if !tt.found {
				require.ErrorIs(t, err, acrcloud.ErrNotFound)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, fileID, file.ID)
		})
	}
}

func TestDeleteFiles(t *testing.T) {
	t.Parallel()
	gone := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	missing := fails(404, `{"message":"none"}`)
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		c, a := newAPI(t, nil)
		require.NoError(t, c.Files(containerID).Delete(t.Context()))
		assert.Empty(t, a.requests())
	})
	t.Run("in chunks", func(t *testing.T) {
		t.Parallel()
		ids := make([]string, 120)
		for i := range ids {
			ids[i] = fmt.Sprintf("x%d", i)
		}
		chunk := func(from, to int) string { return "DELETE " + filesURL + "/" + strings.Join(ids[from:to], ",") }
		c, a := newAPI(t, map[string]http.HandlerFunc{chunk(0, 50): gone, chunk(50, 100): gone, chunk(100, 120): gone})
		require.NoError(t, c.Files(containerID).Delete(t.Context(), slices.Concat(ids, ids)...), "each once")
		assert.Equal(t, 3, a.count("DELETE"))
	})
	t.Run("one of several is not known", func(t *testing.T) {
		t.Parallel()
		c, _ := newAPI(t, map[string]http.HandlerFunc{
			"DELETE " + filesURL + "/a,b,c": missing, "DELETE " + filesURL + "/a": gone, "DELETE " + filesURL + "/b": missing, "DELETE " + filesURL + "/c": gone,
		})
		err := c.Files(containerID).Delete(t.Context(), "a", "b", "c")
		require.ErrorIs(t, err, acrcloud.ErrNotFound)
		assert.ErrorContains(t, err, "/files/b")
	})
	t.Run("the response of the first attempt was lost", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, _ := newAPI(t, map[string]http.HandlerFunc{"DELETE " + filesURL + "/a": inTurn(lost, missing)})
			require.NoError(t, c.Files(containerID).Delete(t.Context(), "a"))
		})
	})
	t.Run("not known at all", func(t *testing.T) {
		t.Parallel()
		c, _ := newAPI(t, map[string]http.HandlerFunc{"DELETE " + filesURL + "/a": missing})
		require.ErrorIs(t, c.Files(containerID).Delete(t.Context(), "a"), acrcloud.ErrNotFound)
	})
	for name, refused := range map[string]http.HandlerFunc{"429": fails(429, `{}`), "503": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}} {
		t.Run("not known after a "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const container = "DELETE api-v2.acrcloud.com/api/fs-containers/70"
				c, _ := newAPI(t, map[string]http.HandlerFunc{"DELETE " + filesURL + "/a": inTurn(refused, missing), container: inTurn(refused, missing)})
				require.ErrorIs(t, c.Files(containerID).Delete(t.Context(), "a"), acrcloud.ErrNotFound)
				require.ErrorIs(t, c.Containers().Delete(t.Context(), 70), acrcloud.ErrNotFound)
			})
		})
	}
	t.Run("several, and the response was lost", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			const both, a, b, container = "DELETE " + filesURL + "/a,b", "DELETE " + filesURL + "/a", "DELETE " + filesURL + "/b", "DELETE api-v2.acrcloud.com/api/fs-containers/70"
			c, _ := newAPI(t, map[string]http.HandlerFunc{both: inTurn(lost, missing), a: missing, b: missing, container: inTurn(lost, missing)})
			require.NoError(t, c.Files(containerID).Delete(t.Context(), "a", "b"), "both are gone")
			require.NoError(t, c.Containers().Delete(t.Context(), 70))
			c, _ = newAPI(t, map[string]http.HandlerFunc{both: inTurn(lost, missing), a: gone, b: missing})
			require.ErrorIs(t, c.Files(containerID).Delete(t.Context(), "a", "b"), acrcloud.ErrNotFound, "the lost attempt had deleted nothing")
			c, _ = newAPI(t, map[string]http.HandlerFunc{both: missing, a: inTurn(lost, missing), b: gone})
			require.NoError(t, c.Files(containerID).Delete(t.Context(), "a", "b"))
		})
	})
}
