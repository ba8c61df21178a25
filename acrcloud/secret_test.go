package acrcloud_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"text/template"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

const hiddenText = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.hunter2hunter2"

// requireHidden fails if text holds the secret in any spelling that fmt or an encoder may give it.
func requireHidden(t *testing.T, text, how string) {
	t.Helper()
	raw := []byte(hiddenText)
	decimal := strings.Trim(fmt.Sprintf("%d", raw), "[]")
	for _, spelling := range []string{
		hiddenText, hiddenText[:12], "hunter2", hex.EncodeToString(raw[:8]), strings.ToUpper(hex.EncodeToString(raw[:8])),
		decimal[:30], fmt.Sprintf("% x", raw[:8]), base64.StdEncoding.EncodeToString(raw)[:20],
	} {
		require.NotContains(t, text, spelling, how)
	}
}

// holder has secrets wherever a value can have them. Its unexported fields are what fmt reads past a type's methods.
type holder struct {
	Exported acrcloud.Secret
	Pointer  *acrcloud.Secret
	List     []acrcloud.Secret
	Array    [1]acrcloud.Secret
	Map      map[string]acrcloud.Secret
	Any      any
	Config   acrcloud.Config
	hidden   acrcloud.Secret
	pointer  *acrcloud.Secret
	list     []acrcloud.Secret
	table    map[string]acrcloud.Secret
	any      any
	config   acrcloud.Config
	nested   struct {
		deep struct{ secret acrcloud.Secret }
	}
}

func newHolder() holder {
	s := acrcloud.NewSecret(hiddenText)
	config := acrcloud.Config{BearerToken: s, IdentifyAccessKey: s, IdentifyAccessSecret: s}
	h := holder{
		Exported: s, Pointer: &s, List: []acrcloud.Secret{s}, Array: [1]acrcloud.Secret{s}, Map: map[string]acrcloud.Secret{"k": s}, Any: s, Config: config,
		hidden: s, pointer: &s, list: []acrcloud.Secret{s}, table: map[string]acrcloud.Secret{"k": s}, any: s, config: config,
	}
	h.nested.deep.secret = s
	return h
}

// holderError is an error that has swallowed a configuration.
type holderError struct{ holder holder }

func (e holderError) Error() string { return fmt.Sprintf("failed with %+v", e.holder) }

// leakyValues are values through which a secret could show.
func leakyValues() map[string]any {
	h := newHolder()
	s := h.Exported
	return map[string]any{
		"secret": s, "pointer": &s, "holder": h, "pointer to holder": &h, "list": []any{s, &s, h}, "map": map[string]any{"k": h}, "config": h.Config,
		"pointer to config": &h.Config, "error": holderError{h}, "wrapped error": fmt.Errorf("wrapped: %w", holderError{h}), "joined error": errors.Join(holderError{h}),
		"function": s.Reveal, "channel": make(chan acrcloud.Secret),
	}
}

func TestSecretHiddenFromFmt(t *testing.T) {
	t.Parallel()
	for name, value := range leakyValues() {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspwZ" {
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "# ", "60", "-60.3", "[1]"} {
				format := "%" + flags + string(verb)
				requireHidden(t, fmt.Sprintf(format, value), name+" "+format)
			}
		}
		requireHidden(t, fmt.Sprint(value), name)
		requireHidden(t, fmt.Sprintln(value), name)
		requireHidden(t, string(fmt.Append(nil, value)), name)
	}
}

func TestSecretHiddenFromLogs(t *testing.T) {
	t.Parallel()
	for name, value := range leakyValues() {
		var out bytes.Buffer
		for _, handler := range []slog.Handler{
			slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, &slog.HandlerOptions{AddSource: true}),
		} {
			log := slog.New(handler)
			log.Info("message", "value", value, slog.Group("group", slog.Any("value", value)))
			log.With("value", value).WithGroup("group").Info("message")
		}
		requireHidden(t, out.String(), name)
	}
}

func TestSecretHiddenFromEncoders(t *testing.T) {
	t.Parallel()
	for name, value := range leakyValues() {
		if written, err := json.Marshal(value); err == nil { // functions and channels cannot be encoded
			requireHidden(t, string(written), name)
		} else {
			requireHidden(t, err.Error(), name)
		}
		if written, err := jsonv2.Marshal(value); err == nil {
			requireHidden(t, string(written), name)
		} else {
			requireHidden(t, err.Error(), name)
		}
		if written, err := xml.Marshal(value); err == nil {
			requireHidden(t, string(written), name)
		} else {
			requireHidden(t, err.Error(), name)
		}
		var out bytes.Buffer
		err := template.Must(template.New("").Parse(`{{printf "%#v" .}} {{html .}} {{.}}`)).Execute(&out, value)
		requireHidden(t, fmt.Sprint(out.String(), err), name)
	}
	written, err := json.Marshal(map[string]any{"full": acrcloud.NewSecret("x"), "empty": acrcloud.Secret{}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"full": "[redacted]", "empty": ""}`, string(written))
}

// A panic prints its value by other means than fmt.
func TestSecretHiddenFromPanics(t *testing.T) {
	t.Parallel()
	values := leakyValues()
	const variable = "ACRCLOUD_TEST_PANIC"
	if name := os.Getenv(variable); name != "" {
		panic(values[name])
	}
	for name := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSecretHiddenFromPanics$") //nolint:gosec // the test itself
			cmd.Env = append(os.Environ(), variable+"="+name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "panic: ")
			requireHidden(t, string(out), name)
		})
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	s := acrcloud.NewSecret(" \t\nkey 1\r\n")
	assert.Equal(t, "key 1", s.Reveal())
	assert.False(t, s.IsZero())
	assert.Equal(t, "[redacted]", s.String())
	assert.Equal(t, "[redacted]", s.LogValue().String())
	text, err := s.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "[redacted]", string(text))

	for _, empty := range []acrcloud.Secret{{}, acrcloud.NewSecret(""), acrcloud.NewSecret(" \n")} {
		assert.True(t, empty.IsZero())
		assert.Empty(t, empty.Reveal())
		assert.Empty(t, empty.String())
		assert.Empty(t, fmt.Sprintf("%#v", empty))
		assert.Equal(t, "empty", empty.Describe())
		text, err := empty.MarshalText()
		require.NoError(t, err)
		assert.Empty(t, text)
	}
}

func TestSecretEqual(t *testing.T) {
	t.Parallel()
	a := acrcloud.NewSecret("a")
	assert.True(t, a.Equal(acrcloud.NewSecret(" a\n")))
	assert.True(t, acrcloud.Secret{}.Equal(acrcloud.NewSecret("")))
	assert.False(t, a.Equal(acrcloud.NewSecret("b")))
	assert.False(t, a.Equal(acrcloud.NewSecret("aa")))
	assert.False(t, a.Equal(acrcloud.Secret{}))
	assert.False(t, acrcloud.Secret{}.Equal(a))
}

func TestSecretUnmarshalText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, document, want string
		wantErr              bool
	}{
		{"text", `{"s": " key "}`, "key", false},
		{"empty", `{"s": ""}`, "", false},
		{"absent", `{}`, "", false},
		{"null", `{"s": null}`, "", false},
		{"redacted", `{"s": "[redacted]"}`, "", true},
		{"redacted with white space", `{"s": " [redacted]\n"}`, "", true},
		{"number", `{"s": 5}`, "", true},
	}
	for _, tt := range tests {
		for version, unmarshal := range map[string]func([]byte, any) error{
			"json":    json.Unmarshal,
			"json/v2": func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) },
		} {
			t.Run(tt.name+", "+version, func(t *testing.T) {
				t.Parallel()
				var v struct {
					S acrcloud.Secret `json:"s"`
				}
				err := unmarshal([]byte(tt.document), &v)
				assert.Equal(t, tt.wantErr, err != nil, err)
				assert.Equal(t, tt.want, v.S.Reveal())
			})
		}
	}

	t.Run("keeps what it has when it refuses", func(t *testing.T) {
		t.Parallel()
		s := acrcloud.NewSecret("key")
		require.Error(t, s.UnmarshalText([]byte("[redacted]")))
		assert.Equal(t, "key", s.Reveal())
	})

	t.Run("does not keep the caller's bytes", func(t *testing.T) {
		t.Parallel()
		var s acrcloud.Secret
		text := []byte("key")
		require.NoError(t, s.UnmarshalText(text))
		text[0] = 'x'
		assert.Equal(t, "key", s.Reveal())
	})
}

func TestSecretDescribe(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", "empty"},
		{"x", "1 character"},
		{"hunter2", "7 characters"},
		{"123456789012345", "15 characters"},
		{"1234567890123456", "16 characters, ending in …3456"},
		{"éééééééééééé", "12 characters"},
		{"123456789012ééàü", "16 characters, ending in …ééàü"},
		{"123456789012a\x1b[m", "16 characters, ending in …a\uFFFD[m"},
		{hiddenText, "44 characters, ending in …ter2"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, acrcloud.NewSecret(tt.text).Describe())
	}
}
