package filescan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestStates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		state        filescan.State
		done, failed bool
		text         string
	}{
		{filescan.StateProcessing, false, false, "processing"},
		{filescan.StateReady, true, false, "ready"},
		{filescan.StateNoResults, true, false, "no results"},
		{filescan.StateFailed, true, true, "failed"},
		{filescan.StateError, true, true, "error"},
		{2, false, false, "state 2"},
		{99, false, false, "state 99"},
		{-4, true, true, "state -4"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.done, tt.state.Done(), "%d", tt.state)
		assert.Equal(t, tt.failed, tt.state.Failed(), "%d", tt.state)
		assert.Equal(t, tt.text, tt.state.String())
	}
}
