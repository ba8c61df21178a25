package webhooktest_test

import (
	"testing"

	"github.com/musicchartsai/acrcloud-go/webhook"
	"github.com/musicchartsai/acrcloud-go/webhook/webhooktest"
)

func TestMemoryDeduplicator(t *testing.T) {
	t.Parallel()
	webhooktest.Deduplicator(t, func(*testing.T) (here, there webhook.Deduplicator) {
		d := webhook.NewMemoryDeduplicator(0, 0)
		return d, d
	})
}
