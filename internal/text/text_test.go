package text_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

func TestTerminal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":             "",
		"Silver River": "Silver River",
		"Café – Ж 東京 👩\u200d🚀 ❤️":   "Café – Ж 東京 👩\u200d🚀 ❤️",
		"نمی\u200cخواهم ":           "نمی\u200cخواهم ", // Persian needs the non-joiner
		`C:\new "x"`:                `C:\new "x"`,
		"a\nb\r\tc":                 `a\nb\r\tc`,
		"\x1b[2Jx\x07\x00\x7f":      `\x1b[2Jx\x07\x00\x7f`,
		"\u009b31m":                 `\u009b31m`,
		"\x9b31m":                   `\x9b31m`, // C1 as one byte is not UTF-8
		"bad\xffutf\xe2\x82":        `bad\xffutf\xe2\x82`,
		"real \ufffd stays":         "real \ufffd stays",
		"gpj.\u202eexe":             `gpj.\u202eexe`,
		"\u2066a\u2069\u200f\u061c": `\u2066a\u2069\u200f\u061c`,
		"a\u2028b\u2029c\u0085d":    `a\u2028b\u2029c\u0085d`,
		"\ufeffzero\u200bwidth":     `\ufeffzero\u200bwidth`,
		"tag\U000e0041":             `tag\U000e0041`,
		"\u0600 sign":               "\u0600 sign",
	} {
		assert.Equal(t, want, text.Terminal(in), "%q", in)
		assert.Equal(t, want, text.Terminal(want), "a second time: %q", in)
	}
	assert.Equal(t, "first\n\tsecond\\r\\x1b", text.Lines("first\n\tsecond\r\x1b"))
}

func TestJSON(t *testing.T) {
	t.Parallel()
	in := []byte("{\n\t\"a\u202e\": \"\x7f\u009b\U000e0041 é\"}\n")
	out := text.JSON(in)
	assert.Equal(t, "{\n\t\"a\\u202e\": \"\\u007f\\u009b\\udb40\\udc41 é\"}\n", string(out))
	assert.JSONEq(t, string(in), string(out))
	var stream strings.Builder
	require.NoError(t, json.NewEncoder(text.JSONWriter(&stream)).Encode("\u202e"))
	assert.Equal(t, "\"\\u202e\"\n", stream.String())
	require.ErrorIs(t, json.NewEncoder(text.JSONWriter(brokenWriter{})).Encode(1), errBroken)
	plain := []byte(`{"a":"é"}`)
	assert.Same(t, &plain[0], &text.JSON(plain)[0], "what is safe is not copied")
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"":                     0,
		"abc":                  3,
		"Ж…–":                  3,
		"東京":                   4,
		"ﾊﾝｶｸ":                 4,
		"ＡＢ":                   4,
		"한글":                   4,
		"\u1112\u1161\u11ab":   2, // the same syllable in three letters
		"e\u0301a\u0308\u20dd": 2,
		"🎵":                    2,
		"👍🏽":                   2,
		"🏽":                    2,
		"👩\u200d👩\u200d👧":      2,
		"🇩🇪🇯🇵":                 4,
		"🇩":                    1,
		"❤":                    1,
		"❤\ufe0f":              2,
		"1\ufe0f\u20e3":        2,
		"ک\u200da":             2,
		"a\u200cb":             2,
		"\u0600":               1,
		"\u3000":               2,
		"\U0002f800":           2,
		"\u3100\u4dbf":         4,
	} {
		assert.Equal(t, want, text.Width(s), "%+q", s)
	}
}

func TestWidthOfSkinTones(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 3, text.Width("a🏽"), "a letter has no skin")
}

func TestTableOfWideCells(t *testing.T) {
	t.Parallel()
	var table text.Table
	table.Row("東京東京", "x")
	table.Row("a", "y")
	var out strings.Builder
	require.NoError(t, table.Print(&out))
	assert.Equal(t, "東京東京  x\na         y\n", out.String())
}

func TestPadAndTruncate(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "東京  ", text.Pad("東京", 6))
	assert.Equal(t, "東京", text.Pad("東京", 3))
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"abcd", 1, "…"},
		{"abcd", 0, ""},
		{"abcd", -1, ""},
		{"", 0, ""},
		{"東京都", 5, "東京…"},
		{"東京都", 4, "東…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"👩\u200d🚀👩\u200d🚀", 3, "👩\u200d🚀…"},
		{"🇩🇪🇯🇵", 3, "🇩🇪…"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, text.Truncate(tt.in, tt.width), "%q to %d", tt.in, tt.width)
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "",
		"plain; text":                       "plain; text",
		"a=1 - b":                           "a=1 - b",
		"=1":                                "'=1",
		"+1":                                "'+1",
		"-1":                                "'-1",
		"@a":                                "'@a",
		"＝1":                                "'＝1",
		"−1":                                "'−1",
		"  =1":                              "'  =1",
		"\u00a0\u3000＋1":                    "'\u00a0\u3000＋1",
		"\ttab":                             "'\ttab",
		"\t=1":                              "'\t'=1",
		"\rreturn":                          "'\rreturn",
		"\nline":                            "'\nline",
		`"=1`:                               `'"=1`,
		"a;=1":                              "a;'=1",
		"a; =1;b;\t@c":                      "a;' =1;b;\t'@c",
		"a\t-1":                             "a\t'-1",
		"a\n=1":                             "a\n'=1",
		"a\r\n+1":                           "a\r\n'+1",
		`a;"=1"`:                            `a;'"=1"`,
		"a;b":                               "a;b",
		"'=1":                               "'=1",
		"\x1b[2J\u202e\u200f\u0085\x7f\xff": `\x1b[2J\u202e\u200f\u0085\x7f\xff`,
		"\ufeff=1":                          "'\ufeff=1",
		"\x00=1":                            "'\x00=1",
		"\u0301=1":                          "'\u0301=1",
		"a,=1":                              "a,=1", // a comma separates only where quotes hold
		";=1":                               ";'=1",
		strings.Repeat(";", 3):              ";;;",
	} {
		assert.Equal(t, want, text.Cell(in), "%q", in)
	}
}

// FuzzText holds for every text: what is shown is safe, is not changed a second time, and fits; and no program that splits a line of
// CSV at another separator finds a formula in it.
func FuzzText(f *testing.F) {
	f.Add("a;=1\t@b\n\"+c", 3)
	f.Add("👩\u200d🚀\x1b]0;x\x07\u202e\xff", 2)
	f.Add(" \t=1", 1)
	f.Fuzz(func(t *testing.T, in string, width int) {
		width %= 100
		shown := text.Terminal(in)
		require.True(t, utf8.ValidString(shown))
		for _, r := range shown {
			require.False(t, unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control), "%q shows %q", in, r)
		}
		require.Equal(t, shown, text.Terminal(shown))
		require.LessOrEqual(t, text.Width(text.Truncate(shown, width)), max(width, 0))
		require.GreaterOrEqual(t, text.Width(text.Pad(shown, width)), width)

		var line bytes.Buffer
		w := csv.NewWriter(&line)
		require.NoError(t, w.Write([]string{"x", text.Cell(in), "y"}))
		w.Flush()
		for _, piece := range strings.FieldsFunc(line.String(), func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
			piece = strings.TrimLeft(strings.TrimPrefix(piece, "x,"), "\" \u00a0\u3000")
			first, _ := utf8.DecodeRuneInString(piece)
			require.False(t, piece != "" && strings.ContainsRune("=+-@＝＋－＠", first), "%q has the piece %q", in, piece)
		}
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	var table text.Table
	table.Indent = "> "
	table.Row("KIND", "TITLE", "AT")
	table.Row("music", "東京", "0:01")
	table.Row("music", "a\tb\x1b[2J\n", "")
	table.Row("x")
	table.Row()
	var out strings.Builder
	require.NoError(t, table.Print(&out))
	assert.Equal(t, "> KIND   TITLE          AT\n> music  東京           0:01\n> music  a\\tb\\x1b[2J\\n\n> x\n>\n", out.String())

	require.NoError(t, new(text.Table).Print(&out))
	assert.ErrorIs(t, table.Print(brokenWriter{}), errBroken)
}

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriter(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := text.Writer(&out)
	for _, piece := range []string{"東"[:1], "東"[1:] + "京\n\x1b[2J\xff", "🎵"[:3], "🎵"[3:], "\u202e", "\xe2", "x"} {
		n, err := io.WriteString(w, piece)
		require.NoError(t, err)
		require.Equal(t, len(piece), n)
	}
	assert.Equal(t, "東京\n\\x1b[2J\\xff🎵\\u202e\\xe2x", out.String())
	_, err := io.WriteString(text.Writer(brokenWriter{}), "x")
	assert.ErrorIs(t, err, errBroken)
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\"a\u202e\":\"\x7f\"}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if !utf8.Valid(in) || !json.Valid(in) {
			return // not JSON: nothing is promised of it
		}
		out := text.JSON(in)
		require.JSONEq(t, string(in), string(out))
		for _, r := range string(out) {
			require.False(t, unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r >= 0x7f && r < 0xa0, "%q", r)
		}
	})
}
