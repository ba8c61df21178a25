package batch_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

var errDown = errors.New("the database is down")

func TestStepperAdd(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	journal := batch.NewMemory()
	stepper, err := batch.NewStepper(client.Files(srv.Config().ContainerID), journal, nil)
	require.NoError(t, err)
	item := func(key, ref, version string) batch.Item { return batch.Item{Key: key, Ref: ref, Version: version} }
	changed := func(err error) {
		t.Helper()
		var f *batch.Failure
		require.ErrorAs(t, err, &f)
		assert.Equal(t, batch.FailureChanged, f.Kind)
	}

	for _, other := range []batch.Item{item("a", "2", ""), item("a", "1", "new")} { // in one call: nothing is added
		_, err = stepper.Add(t.Context(), []batch.Item{item("a", "1", ""), item("b", "1", ""), other}, nil)
		changed(err)
		_, err = journal.Load(t.Context(), "a")
		require.ErrorIs(t, err, batch.ErrNoEntry)
	}
	for range 2 { // one after the other
		open, err := stepper.Add(t.Context(), []batch.Item{item("a", "1", ""), item("b", "1", ""), item("a", "1", "")}, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, open)
		_, err = stepper.Add(t.Context(), []batch.Item{item("b", "2", "")}, nil)
		changed(err)
	}
	require.NoError(t, stepper.GiveUp(t.Context(), "a", batch.FailureCrash, errDown))
	open, err := stepper.Add(t.Context(), []batch.Item{item("a", "1", ""), item("b", "1", "")}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, open)

	for _, bad := range []batch.Item{item("", "1", ""), item("a", "", ""), {Key: "a", Ref: "1", Source: acrcloud.FromBytes("a", []byte("RIFF"))}} {
		_, err = stepper.Add(t.Context(), []batch.Item{bad}, nil)
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	}
	_, err = (*batch.Stepper)(nil).Add(t.Context(), nil, nil)
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
}

// The caller's own function gets each key once, and says what was there.
func TestStepperAddInTransaction(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	stepper, err := batch.NewStepper(client.Files(srv.Config().ContainerID), batch.NewMemory(), nil)
	require.NoError(t, err)
	all := []batch.Item{{Key: "new", Ref: "1"}, {Key: "open", Ref: "1"}, {Key: "done", Ref: "1"}, {Key: "new", Ref: "1"}}
	for name, test := range map[string]struct {
		there   []batch.Entry
		err     error
		open    []string
		changed bool
	}{
		"all are new":  {open: []string{"new", "open", "done"}},
		"two are old":  {there: []batch.Entry{{Key: "done", Ref: "1", Phase: batch.PhaseDone}, {Key: "open", Ref: "1", Phase: batch.PhaseIntent}}, open: []string{"new", "open"}},
		"one changed":  {there: []batch.Entry{{Key: "done", Ref: "2", Phase: batch.PhaseDone}}, changed: true},
		"the database": {err: errDown},
	} {
		open, err := stepper.Add(t.Context(), all, func(_ context.Context, entries []batch.Entry) ([]batch.Entry, error) {
			require.Len(t, entries, 3)
			return test.there, test.err
		})
		assert.Equal(t, test.open, open, name)
		if test.changed {
			f, ok := errors.AsType[*batch.Failure](err)
			assert.True(t, ok && f.Kind == batch.FailureChanged, "%s: %v", name, err)
			continue
		}
		require.ErrorIs(t, err, test.err, name)
	}
}
