package filescan_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: inTurn(state(0), state(1))}))
		file, err := c.Files(containerID).Scan(t.Context(), song(), nil)
		require.NoError(t, err)
		assert.Equal(t, filescan.StateReady, file.State)

		c, _ = newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL + "/" + fileID: fails(401, "{}")}))
		file, err = c.Files(containerID).Scan(t.Context(), song(), nil)
		require.ErrorIs(t, err, acrcloud.ErrUnauthorized)
		assert.Equal(t, fileID, file.ID, "the id of what was billed is not lost")

		c, a := newAPI(t, nil)
		_, err = c.Files(containerID).Scan(t.Context(), song(), &filescan.ScanOptions{Wait: filescan.WaitOptions{Timeout: -1}})
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
		assert.Empty(t, a.requests(), "nothing is billed for options that make no sense")
	})
}
