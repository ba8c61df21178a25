package audio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/audio"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// samples reads all that a WAV file holds, from readers that know their length and that do not.
func samples(t *testing.T, wav []byte) ([]byte, error) {
	t.Helper()
	var got [][]byte
	var errs []error
	for _, r := range []io.Reader{bytes.NewReader(wav), iotest.HalfReader(bytes.NewReader(wav)), iotest.DataErrReader(bytes.NewReader(wav))} {
		w, err := audio.OpenWAV(r)
		var data []byte
		if err == nil {
			data, err = io.ReadAll(w)
		}
		got, errs = append(got, data), append(errs, err)
	}
	for i := range got {
		assert.Equal(t, fmt.Sprint(errs[0]), fmt.Sprint(errs[i]))
		assert.True(t, bytes.Equal(got[0], got[i]), "the kind of reader makes no difference")
	}
	return got[0], errs[0]
}

// loud are samples that no chunk begins with.
func loud(n int) []byte { return bytes.Repeat([]byte{0x12, 0xE1}, n/2) }

// What follows the announced samples is a chunk that fits, or more samples. Nothing is left out without an error.
func TestWhatFollowsTheSamples(t *testing.T) {
	t.Parallel()
	mono16 := fixture.WAVFormat(1, 1, 8000, 16)
	more := loud(5000)
	list := fixture.Chunk("LIST", []byte("INFOISFT\x06\x00\x00\x00tool\x00\x00"))
	odd := fixture.Chunk("note", []byte("odd"))
	twin := fixture.WAV{Format: mono16, Data: more}.Bytes()
	tests := []struct {
		name  string
		after []byte
		want  []byte // besides the announced samples
		err   string
	}{
		{"nothing", nil, nil, ""},
		{"more samples", more, more, ""},
		{"a few bytes", []byte("abc"), []byte("abc"), ""},
		{"as many bytes as the head of a chunk", []byte("abcdefgh"), []byte("abcdefgh"), ""},
		{"a chunk", list, nil, ""},
		{"two chunks", slices.Concat(list, odd), nil, ""},
		{"a chunk without its padding", bytes.TrimSuffix(odd, []byte{0}), nil, ""},
		{"a chunk without its padding, and another", slices.Concat(bytes.TrimSuffix(odd, []byte{0}), list), nil, ""},
		{"an empty chunk", fixture.Chunk("LIST", nil), nil, ""},
		{"a chunk that nobody knows", fixture.Chunk("Zz9 ", []byte("abcd")), nil, ""},
		{"a chunk that nobody knows, of odd size", fixture.Chunk("Zz9 ", []byte("abc")), nil, ""},
		{"two that nobody knows", slices.Concat(fixture.Chunk("Zz9 ", []byte("abc")), fixture.Chunk("Yy8 ", []byte("abcd"))), nil, ""},
		{"a long chunk", fixture.Chunk("id3 ", make([]byte, 200_000)), nil, ""},
		{"a long chunk that lacks its padding", bytes.TrimSuffix(fixture.Chunk("id3 ", make([]byte, 200_001)), []byte{0}), nil, ""},
		{"a long chunk that lacks its last byte", fixture.Chunk("id3 ", make([]byte, 200_000))[:200_007], nil, ""},
		{"a long chunk that does not fit", fixture.Chunk("id3 ", make([]byte, 200_000))[:200_006], nil, `"id3 "`},
		{"a chunk that does not fit", list[:len(list)-2], list[:len(list)-2], ""},
		{"letters, and a size that does not fit", append([]byte("abcd\xFF\xFF\x00\x00"), more...), append([]byte("abcd\xFF\xFF\x00\x00"), more...), ""},
		{"letters, and a huge size", append([]byte("abcd\xFF\xFF\xFF\x7F"), more...), append([]byte("abcd\xFF\xFF\xFF\x7F"), more...), ""},
		{"letters, and a size that ends among samples", append([]byte("abcd\x10\x00\x00\x00"), more...), append([]byte("abcd\x10\x00\x00\x00"), more...), ""},
		{"a chunk, then more samples", slices.Concat(list, more), more, ""},
		{"three letters", append([]byte("ab\x7Fd\x04\x00\x00\x00"), more...), append([]byte("ab\x7Fd\x04\x00\x00\x00"), more...), ""},
		{"more data", fixture.Chunk("data", more), more, ""},
		{"a chunk, then more data", slices.Concat(list, fixture.Chunk("data", more), list, fixture.Chunk("data", more)), slices.Concat(more, more), ""},
		{"more data that goes on", append([]byte("data\x02\x00\x00\x00"), more...), more, ""},
		{"more data without a size", append([]byte("data\xFF\xFF\xFF\xFF"), more...), more, ""},
		{"the same format again", slices.Concat(fixture.Chunk("fmt ", mono16), fixture.Chunk("data", more)), more, ""},
		{"another format", slices.Concat(fixture.Chunk("fmt ", fixture.WAVFormat(1, 2, 8000, 16)), fixture.Chunk("data", more)), nil, "changes its format"},
		{"another file", twin, more, ""},
		{"another file of another format", fixture.WAV{Format: fixture.WAVFormat(1, 1, 16000, 16), Data: more}.Bytes(), nil, "more than one WAV"},
		{"another file of another coding", fixture.WAV{Format: fixture.WAVFormat(3, 1, 8000, 32), Data: more}.Bytes(), nil, "more than one WAV"},
		{"the header of another file", twin[:20], nil, "more than one WAV"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data := loud(1000)
			got, err := samples(t, fixture.WAV{Format: mono16, Data: data, After: tt.after}.Bytes())
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.True(t, bytes.Equal(slices.Concat(data, tt.want), got), "%d bytes, not %d", len(got), len(data)+len(tt.want))
		})
	}
}

// The byte after a chunk of odd size may have any value, and may be missing.
func TestPadding(t *testing.T) {
	t.Parallel()
	mono8 := fixture.WAVFormat(1, 1, 8000, 8)
	data := []byte{0x80, 0x10, 0xF0}
	for _, pad := range []string{"", "\x00", "\xFF", " ", "A", "d"} {
		for _, id := range []string{"LIST", "Zz9 "} {
			chunk := append([]byte(id+"\x03\x00\x00\x00xyz"), pad...)
			wav := fixture.WAV{Before: chunk, Format: mono8, Data: data, After: append([]byte(pad), chunk...)}
			got, err := samples(t, wav.Bytes())
			require.NoError(t, err, "%q %s", pad, id)
			assert.Equal(t, data, got, "%q %s", pad, id)
		}
		got, err := samples(t, fixture.WAV{Format: mono8, Data: data, After: []byte(pad)}.Bytes())
		require.NoError(t, err)
		assert.Equal(t, data, got, "nothing but padding: %q", pad)
		got, err = samples(t, fixture.WAV{Format: mono8, Data: data, After: append([]byte(pad), fixture.Chunk("data", data)...)}.Bytes())
		require.NoError(t, err)
		assert.Equal(t, slices.Concat(data, data), got, "more data: %q", pad)
	}
}

// Sizes modulo 4 GiB: there is another look where the size would end if it had wrapped.
func TestSizeThatWrapped(t *testing.T) {
	t.Parallel()
	for _, riff := range []string{"RIFF", "RF64"} {
		more := loud(3000)
		wav := fixture.WAV{RIFF: riff, Format: fixture.WAVFormat(1, 1, 8000, 16), Data: loud(100), After: slices.Concat(more, fixture.Chunk("LIST", []byte("abcd")))}
		w, err := audio.OpenWAV(bytes.NewReader(wav.Bytes()))
		require.NoError(t, err)
		assert.Equal(t, int64(100), w.Left())
		_, err = io.ReadFull(w, make([]byte, 102))
		require.NoError(t, err)
		assert.Equal(t, int64(1<<32-2), w.Left())
		w.SetLeft(int64(len(more) - 2))
		rest, err := io.ReadAll(w)
		require.NoError(t, err)
		assert.Len(t, rest, len(more)-2)
	}
}

// Every size of a data chunk is read to the end of the file.
func TestEverySize(t *testing.T) {
	t.Parallel()
	data := loud(1000)
	for _, size := range []uint32{0, 2, 998, 1000, 1002, 1 << 20, 0x7FFFEFFE, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0x80000002, 0xFFFFEFFF, 0xFFFFF000, math.MaxUint32} {
		got, err := samples(t, fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16), Data: data, DataSize: &size}.Bytes())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got), "size %#x: %d bytes", size, len(got))
	}
	for _, size := range []uint32{0x7FFFF000, 0x80000000, 0xFFFFF000} {
		w, err := audio.OpenWAV(bytes.NewReader(fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16), DataSize: &size}.Bytes()))
		require.NoError(t, err)
		assert.Negative(t, w.Left(), "%#x is a stand-in", size)
	}
	for _, size := range []uint32{0x7FFFEFFF, 0x80000001, 0xFFFFEFFF} {
		w, err := audio.OpenWAV(bytes.NewReader(fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16), DataSize: &size}.Bytes()))
		require.NoError(t, err)
		assert.Equal(t, int64(size), w.Left(), "%#x is a size", size)
	}
}

func TestTagsBeforeWAV(t *testing.T) {
	t.Parallel()
	wav := fixture.WAV{Format: fixture.WAVFormat(1, 1, 8000, 16), Data: loud(100)}.Bytes()
	id3 := "ID3\x04\x00\x00\x00\x06\x00\x00" + strings.Repeat("x", 6<<14)
	for name, tags := range map[string]string{"one": id3, "two": id3 + id3} {
		got, err := samples(t, append([]byte(tags), wav...))
		require.NoError(t, err, name)
		assert.Len(t, got, 100, name)
	}
	_, err := samples(t, []byte(id3[:100]))
	require.ErrorContains(t, err, "not WAV")
}

// A recording that breaks says so, wherever it breaks.
func TestWAVThatBreaks(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	wav := fixture.WAV{Before: fixture.Chunk("LIST", []byte("xyz")), Format: fixture.WAVFormat(1, 1, 8000, 16), Data: loud(100), After: fixture.Chunk("LIST", make([]byte, 100))}.Bytes()
	for n := range wav {
		w, err := audio.OpenWAV(io.MultiReader(bytes.NewReader(wav[:n]), iotest.ErrReader(broken)))
		if err == nil {
			_, err = io.ReadAll(w)
		}
		require.ErrorIs(t, err, broken, "after %d bytes", n)
	}
}
