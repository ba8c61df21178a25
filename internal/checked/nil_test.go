package checked_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
)

func TestIsNil(t *testing.T) {
	t.Parallel()
	type list []int
	var buf *bytes.Buffer
	var none io.Reader
	for _, v := range []any{nil, none, buf, io.Reader(buf), (func())(nil)} {
		assert.True(t, checked.IsNil(v), "%T", v)
	}
	for _, v := range []any{0, "", list(nil), map[string]int(nil), &bytes.Buffer{}, bytes.Buffer{}, func() {}} {
		assert.False(t, checked.IsNil(v), "%T", v)
	}
}
