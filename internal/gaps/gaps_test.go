package gaps_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/internal/gaps"
)

func TestFinder(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	at := func(minute int, seconds float64) *console.Play {
		return &console.Play{Start: day.Add(time.Duration(minute) * time.Minute), PlayedDuration: seconds}
	}
	plays := console.PlaysOf(
		at(10, 30*60), // until 0:40
		at(15, 60),    // within it
		&console.Play{PlayedDuration: 60},
		at(45, 60), // 5 minutes later
		at(60, 60), // 14 minutes later
	)
	f := gaps.Finder{Least: 10 * time.Minute, End: day}
	n := 0
	for _, err := range f.Watch(plays) {
		require.NoError(t, err)
		n++
	}
	f.Until(day.Add(70 * time.Minute)) // 9 minutes later
	assert.Equal(t, 5, n)
	assert.Equal(t, []gaps.Gap{
		{From: day, To: day.Add(10 * time.Minute)},
		{From: day.Add(46 * time.Minute), To: day.Add(time.Hour)},
	}, f.Gaps)
}

func TestFinderPassesErrorsOn(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	f := gaps.Finder{Least: time.Minute}
	for play, err := range f.Watch(func(yield func(*console.Play, error) bool) { yield(nil, lost) }) {
		assert.Nil(t, play)
		assert.ErrorIs(t, err, lost)
	}
	assert.Empty(t, f.Gaps)
}
