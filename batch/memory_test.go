package batch_test

import (
	"testing"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/batchtest"
)

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	batchtest.Store(t, func(*testing.T) batch.Store { return batch.NewMemory() })
}
