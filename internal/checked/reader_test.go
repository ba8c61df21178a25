package checked_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

// off is a reader whose counts are off by that much.
type off int

func (o off) Read(p []byte) (int, error) { return len(p) + int(o), nil }

type returns struct {
	n   int
	err error
}

func (r returns) Read([]byte) (int, error) { return r.n, r.err }

func TestReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := map[string]struct {
		src  io.Reader
		is   error
		says string
	}{
		"one more":        {src: off(1), says: "returned"},
		"many more":       {src: off(1 << 30), says: "returned"},
		"less than none":  {src: returns{n: -1}, says: "returned -1"},
		"less, and ended": {src: returns{n: -1, err: io.EOF}, says: "returned -1"},
		"nothing":         {src: returns{}, is: io.ErrNoProgress},
		"its own error":   {src: returns{err: broken}, is: broken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := io.ReadAll(checked.Reader(tt.src))
			assert.Empty(t, got)
			require.Error(t, err)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			require.ErrorContains(t, err, tt.says)
		})
	}
}

// What a reader may do it may still do.
func TestReaderPasses(t *testing.T) {
	t.Parallel()
	const text = "some text that is read"
	for _, src := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		require.NoError(t, iotest.TestReader(checked.Reader(src), []byte(text)))
	}
	seldom := &slow{src: strings.NewReader(text)}
	got, err := io.ReadAll(checked.Reader(seldom))
	require.NoError(t, err)
	assert.Equal(t, text, string(got))
	assert.Greater(t, seldom.calls, 1000, "it is patient between bytes")
	n, err := checked.Reader(returns{}).Read(nil)
	require.NoError(t, err)
	assert.Zero(t, n)
}

// slow returns one byte for each fifty calls.
type slow struct {
	src   io.Reader
	calls int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.calls++; s.calls%50 != 0 {
		return 0, nil
	}
	return s.src.Read(p[:min(len(p), 1)])
}
