package identify_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func readSource(t *testing.T, src acrcloud.Source) ([]byte, error) {
	t.Helper()
	content, err := src.Open(t.Context())
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // it was only read
	r, err := content.NewReader(t.Context())
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // it was only read
	return io.ReadAll(r)
}

func TestTrim(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Song"})
	long := track.WAV(0, 30*time.Second)
	want := track.WAV(18*time.Second, 30*time.Second)
	lying := bytes.Clone(long)
	copy(lying[40:], "\xff\xff\xff\xff")
	for name, src := range map[string]acrcloud.Source{
		"bytes":  acrcloud.FromBytes("long.wav", long),
		"reader": acrcloud.FromReader("long.wav", bytes.NewReader(long), -1),
		"lying":  acrcloud.FromBytes("long.wav", lying),
		"tail":   acrcloud.FromBytes("long.wav", append(bytes.Clone(long), fixture.Chunk("LIST", []byte("tail"))...)),
	} {
		got, err := readSource(t, identify.Trim(src, identify.WindowDuration))
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	got, err := readSource(t, identify.Trim(acrcloud.FromBytes("short.wav", want), time.Hour/100))
	require.NoError(t, err)
	assert.Equal(t, want, got)

	fast := fixture.WAV{Format: fixture.WAVFormat(1, 2, 192000, 32), Data: make([]byte, 192000*8*3)}.Bytes()
	got, err = readSource(t, identify.Trim(acrcloud.FromBytes("fast.wav", fast), time.Minute))
	require.NoError(t, err, "what is shorter stays whole, even if a minute of it would be too large")
	assert.True(t, bytes.Equal(fast[8:], got[8:]))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = identify.Trim(acrcloud.FromBytes("long.wav", long), time.Second).Open(ctx)
	require.ErrorIs(t, err, context.Canceled)

	result, err := mockClient(t, srv).Identify(t.Context(), identify.Audio(identify.Trim(acrcloud.FromBytes("long.wav", long), 5*time.Second)))
	require.NoError(t, err)
	assert.Equal(t, "Song", result.Best().Title)
	assert.InDelta(t, 30_000, *result.Music[0].PlayOffsetMS, 20)

	float := fixture.WAV{Format: fixture.Extensible(3, 2, 8000, 32, 32), Data: make([]byte, 8*8000*20)}.Bytes()
	got, err = readSource(t, identify.Trim(acrcloud.FromBytes("float.wav", float), time.Second))
	require.NoError(t, err)
	assert.Equal(t, fixture.Extensible(3, 2, 8000, 32, 32), got[20:60])
	require.NoError(t, err)
	assert.Equal(t, float[len(float)-8*8000:], got[len(got)-8*8000:])
}

func TestTrimRefuses(t *testing.T) {
	t.Parallel()
	wav := mock.New().AddTrack(mock.Track{}).WAV(0, time.Second)
	big := fixture.WAV{Format: fixture.WAVFormat(1, 2, 192000, 32), Data: make([]byte, identify.MaxSampleBytes)}.Bytes()
	for name, src := range map[string]acrcloud.Source{
		"mp3":               identify.Trim(acrcloud.FromBytes("a.mp3", []byte("ID3"+strings.Repeat("x", 100))), time.Second),
		"empty":             identify.Trim(acrcloud.FromBytes("a.wav", nil), time.Second),
		"no source":         identify.Trim(acrcloud.Source{}, time.Second),
		"no duration":       identify.Trim(acrcloud.FromBytes("a.wav", wav), 0),
		"negative":          identify.Trim(acrcloud.FromBytes("a.wav", wav), -time.Second),
		"more than allowed": identify.Trim(acrcloud.FromBytes("a.wav", big), time.Minute),
	} {
		c, s := newService(t, code(1001))
		_, err := c.Identify(t.Context(), identify.Audio(src))
		var e *acrcloud.SourceError
		require.ErrorAs(t, err, &e, name)
		assert.Empty(t, s.forms)
	}
}

func TestLast(t *testing.T) {
	t.Parallel()
	f := identify.PCMFormat{SampleRate: 10, Channels: 2, BitsPerSample: 16}
	data := []byte(strings.Repeat("0123", 20) + "abcd")
	assert.Equal(t, "0123abcd", string(f.Last(data, 200*time.Millisecond)))
	assert.Equal(t, data, f.Last(data, time.Hour))
	assert.Equal(t, data, f.Last(data, 0))
	assert.Equal(t, "abcd", string(f.Last(append(data, 'x'), 100*time.Millisecond)), "part of a frame is nothing")
	assert.Equal(t, data, identify.PCMFormat{}.Last(data, time.Second), "Identify reports the format")
}
