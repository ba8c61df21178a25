package batch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
)

func TestNameOf(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("a", 200)
	for key, name := range map[string]string{
		"song.mp3":                     "song.mp3",
		"A-Z_0-9.az":                   "A-Z_0-9.az",
		"a b/c.wav":                    "a~20b~2Fc.wav",
		"~":                            "~7E",
		"@[`{":                         "~40~5B~60~7B", // next to letters
		"/:":                           "~2F~3A",       // next to digits
		"é\xff\x00":                    "~C3~A9~FF~00",
		longest:                        longest,
		strings.Repeat("~", 66) + "ab": strings.Repeat("~7E", 66) + "ab", // 200 bytes
	} {
		got, err := batch.NameOf(key)
		require.NoError(t, err, "%q", key)
		assert.Equal(t, name, got)
		back, ok := batch.KeyOf(name)
		assert.True(t, ok, "%q", name)
		assert.Equal(t, key, back)
	}
	for key, problem := range map[string]string{
		"":                               "is empty",
		longest + "a":                    "201 bytes",
		strings.Repeat("~", 66) + "abc":  "201 bytes",
		strings.Repeat("é", 33) + "abcd": "202 bytes",
	} {
		_, err := batch.NameOf(key)
		var refused *acrcloud.ArgumentError
		require.ErrorAs(t, err, &refused, "%q", key)
		assert.Equal(t, "Item.Key", refused.Field)
		assert.Contains(t, refused.Problem, problem)
	}
}

// Files of other programs have names that no key makes.
func TestKeyOfRefuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "a b", "é", "a\xff", "~", "~2", "a~2", "~2f", "~G0", "~0G", "~41", "~2D", "a~20 b", "~20é", strings.Repeat("a", 201), strings.Repeat("~20", 67),
	} {
		key, ok := batch.KeyOf(name)
		assert.False(t, ok, "%q", name)
		assert.Empty(t, key, "%q", name)
	}
}

// Names and keys are the same in both directions, whatever they are made of.
func FuzzNameOf(f *testing.F) {
	for _, s := range []string{"", "a b/c.wav", "~2F", "~2f", "~7E~", "é", strings.Repeat("~", 67)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if name, err := batch.NameOf(s); err == nil {
			assert.LessOrEqual(t, len(name), 200)
			key, ok := batch.KeyOf(name)
			assert.True(t, ok)
			assert.Equal(t, s, key)
		}
		if key, ok := batch.KeyOf(s); ok {
			name, err := batch.NameOf(key)
			require.NoError(t, err)
			assert.Equal(t, s, name)
		}
	})
}
