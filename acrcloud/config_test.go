package acrcloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// configVariables are all that ConfigFromEnv reads.
var configVariables = []string{
	"ACRCLOUD_NAME", "ACRCLOUD_BASE_URL", "ACRCLOUD_REGION", "ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_CONTAINER_ID",
	"ACRCLOUD_IDENTIFY_HOST", "ACRCLOUD_IDENTIFY_ACCESS_KEY", "ACRCLOUD_IDENTIFY_ACCESS_SECRET", "ACRCLOUD_IS_ACTIVE",
}

func TestConfigFromEnv(t *testing.T) {
	t.Setenv("ACRCLOUD_NAME", " scans ")
	t.Setenv("ACRCLOUD_BASE_URL", "https://api-eu-west-1.acrcloud.com\n")
	t.Setenv("ACRCLOUD_REGION", "eu-west-1")
	t.Setenv("ACRCLOUD_BEARER_TOKEN", " eyJ.token.x\n")
	t.Setenv("ACRCLOUD_CONTAINER_ID", "10005")
	t.Setenv("ACRCLOUD_IDENTIFY_HOST", "identify-eu-west-1.acrcloud.com")
	t.Setenv("ACRCLOUD_IDENTIFY_ACCESS_KEY", "key")
	t.Setenv("ACRCLOUD_IDENTIFY_ACCESS_SECRET", "secret")
	t.Setenv("ACRCLOUD_IS_ACTIVE", "FALSE")
	c, err := acrcloud.ConfigFromEnv()
	require.NoError(t, err)
	assert.Equal(t, "scans", c.Name)
	assert.Equal(t, "https://api-eu-west-1.acrcloud.com", c.BaseURL)
	assert.Equal(t, acrcloud.EUWest1, c.Region)
	assert.Equal(t, "eyJ.token.x", c.BearerToken.Reveal())
	assert.Equal(t, 10005, c.ContainerID)
	assert.Equal(t, "identify-eu-west-1.acrcloud.com", c.IdentifyHost)
	assert.Equal(t, "key", c.IdentifyAccessKey.Reveal())
	assert.Equal(t, "secret", c.IdentifyAccessSecret.Reveal())
	require.NotNil(t, c.IsActive)
	assert.False(t, *c.IsActive)
}

func TestConfigFromEnvEmpty(t *testing.T) {
	for _, value := range []string{"", " \t\n"} {
		t.Run(fmt.Sprintf("%q", value), func(t *testing.T) {
			t.Setenv("ACRCLOUD_NAME", value)
			for _, name := range configVariables[1:] {
				t.Setenv(name, value)
			}
			c, err := acrcloud.ConfigFromEnv()
			require.NoError(t, err)
			assert.Zero(t, c)
		})
	}
}

// badValues are values that the fields refuse, by the end of the variable's name and the JSON member.
var badValues = []struct{ member, value, problem string }{
	{"base_url", "console.example.com", "is not the address of a web server"},
	{"base_url", "ftp://api-v2.acrcloud.com", "is not the address of a web server"},
	{"base_url", "https://", "is not the address of a web server"},
	{"base_url", "https://api v2.acrcloud.com", "is not the address of a web server"},
	{"base_url", "https://" + strings.Repeat("eyJhbGci", 10) + ".x.y", "is not the address of a web server"},
	{"base_url", "https://user:hunter2hunter2@api-v2.acrcloud.com", "has a user name or password in it"},
	{"base_url", "https://api-v2.acrcloud.com?token=hunter2hunter2", "has a query or fragment"},
	{"base_url", "https://api-v2.acrcloud.com?", "has a query or fragment"},
	{"base_url", "https://api-v2.acrcloud.com#hunter2hunter2", "has a query or fragment"},
	{"region", "EU West", "is not the name of a region"},
	{"region", "eu-west-1.evil.example/", "is not the name of a region"},
	{"region", "-eu", "is not the name of a region"},
	{"region", strings.Repeat("a", 64), "is not the name of a region"},
	{"bearer_token", "[redacted]", "is the placeholder for a redacted credential"},
	{"container_id", "0", "is not a positive integer"},
	{"container_id", "-5", "is not a positive integer"},
	{"container_id", "+5", "is not a positive integer"},
	{"container_id", "1e4", "is not a positive integer"},
	{"container_id", "10005.0", "is not a positive integer"},
	{"container_id", "99999999999999999999", "is not a positive integer"},
	{"container_id", "eyJhbGciOiJSUzI1NiJ9", "is not a positive integer"},
	{"identify_host", "identify eu", "is not the address of a web server"},
	{"identify_host", strings.Repeat("eyJhbGci", 10) + ".x.y", "is not the address of a web server"},
	{"identify_host", "ws://identify-eu-west-1.acrcloud.com", "is not the address of a web server"},
	{"identify_host", "https://user:hunter2hunter2@identify-eu-west-1.acrcloud.com", "has a user name or password in it"},
	{"identify_access_key", "[redacted]", "is the placeholder for a redacted credential"},
	{"identify_access_secret", " [redacted] ", "is the placeholder for a redacted credential"},
	{"is_active", "yes", "is neither true nor false"},
	{"is_active", "2", "is neither true nor false"},
}

// requireArgumentError checks that the error is complete and shows nothing of the value.
func requireArgumentError(t *testing.T, err error, field, problem, value string) {
	t.Helper()
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	e, ok := errors.AsType[*acrcloud.ArgumentError](err)
	require.True(t, ok)
	assert.Equal(t, field, e.Field)
	assert.Contains(t, e.Problem, problem)
	assert.NotEmpty(t, e.Remedy)
	if len(value) > 10 {
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), value)
		assert.NotContains(t, err.Error(), "hunter2")
		assert.NotContains(t, err.Error(), "eyJhbGci")
	}
}

func TestConfigFromEnvBadValues(t *testing.T) {
	for _, tt := range badValues {
		t.Run(tt.member+"="+tt.value, func(t *testing.T) {
			for _, name := range configVariables {
				t.Setenv(name, "")
			}
			name := "ACRCLOUD_" + strings.ToUpper(tt.member)
			t.Setenv(name, tt.value)
			c, err := acrcloud.ConfigFromEnv()
			value := tt.value
			if value == "[redacted]" || value == " [redacted] " {
				value = "" // the problem names the marker
			}
			requireArgumentError(t, err, name, tt.problem, value)
			assert.Zero(t, c)
		})
	}
}

func TestReadConfigsOne(t *testing.T) {
	t.Parallel()
	configs, err := acrcloud.ReadConfigs(strings.NewReader("\uFEFF" + `{
		"name": " scans ", "base_url": "http://127.0.0.1:8080/api", "region": "us-west-2", "bearer_token": " eyJ.token.x ", "container_id": 10005,
		"identify_host": "https://localhost:8080", "identify_access_key": "key", "identify_access_secret": "secret", "is_active": true
	}` + "\n"))
	require.NoError(t, err)
	require.Len(t, configs, 1)
	c := configs[0]
	assert.Equal(t, "scans", c.Name)
	assert.Equal(t, "http://127.0.0.1:8080/api", c.BaseURL)
	assert.Equal(t, acrcloud.USWest2, c.Region)
	assert.Equal(t, "eyJ.token.x", c.BearerToken.Reveal())
	assert.Equal(t, 10005, c.ContainerID)
	assert.Equal(t, "https://localhost:8080", c.IdentifyHost)
	assert.Equal(t, "key", c.IdentifyAccessKey.Reveal())
	assert.Equal(t, "secret", c.IdentifyAccessSecret.Reveal())
	require.NotNil(t, c.IsActive)
	assert.True(t, *c.IsActive)
}

func TestReadConfigsTolerates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, document string
		want           []acrcloud.Config
	}{
		{"an empty object", `{}`, []acrcloud.Config{{}}},
		{"a list of one without a name", `[{"container_id": 7}]`, []acrcloud.Config{{ContainerID: 7}}},
		{"numbers as text", `{"container_id": "7"}`, []acrcloud.Config{{ContainerID: 7}}},
		{"truth values as text", `{"is_active": "false"}`, []acrcloud.Config{{IsActive: new(false)}}},
		{"empty text", `{"name": "", "region": " ", "bearer_token": "", "container_id": "", "is_active": ""}`, []acrcloud.Config{{}}},
		{"escapes", `{"\u006eame": "\u00e9t\u00e9"}`, []acrcloud.Config{{Name: "été"}}},
		{"what the command keeps there", `[{"name": "a", "default": true, "region": "eu-west-1"}, {"name": "b", "default": false, "bearer_token_command": ["cat", "", "x"],
			"identify_access_key_command": ["a"], "identify_access_secret_command": ["b"]}]`,
			[]acrcloud.Config{{Name: "a", Region: acrcloud.EUWest1}, {Name: "b"}}},
		{"several", `[{"name": "a"}, {"name": "b", "is_active": false}]`, []acrcloud.Config{{Name: "a"}, {Name: "b", IsActive: new(false)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := acrcloud.ReadConfigs(strings.NewReader(tt.document))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestReadConfigsBadValues(t *testing.T) {
	t.Parallel()
	for _, tt := range badValues {
		t.Run(tt.member+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			value, err := json.Marshal(tt.value)
			require.NoError(t, err)
			hidden := tt.value
			if strings.Contains(hidden, "[redacted]") {
				hidden = "" // the problem names the marker
			}
			_, err = acrcloud.ReadConfigs(strings.NewReader(fmt.Sprintf(`{%q: %s}`, tt.member, value)))
			requireArgumentError(t, err, tt.member, tt.problem, hidden)
			_, err = acrcloud.ReadConfigs(strings.NewReader(fmt.Sprintf(`[{"name": "a"}, {"name": "b", %q: %s}]`, tt.member, value)))
			requireArgumentError(t, err, "[1]."+tt.member, tt.problem, hidden)
		})
	}
}

func TestReadConfigsRefuses(t *testing.T) {
	t.Parallel()
	const secret = "0123456789abcdef0123456789abcdef"
	tests := []struct{ name, document, field, problem, remedy string }{
		{"nothing", "", "configuration", "is empty", "one JSON object"},
		{"white space", " \n\t", "configuration", "is empty", "one JSON object"},
		{"a mark alone", "\uFEFF", "configuration", "is empty", "one JSON object"},
		{"null", "null", "configuration", "is null, not an object", "write it as"},
		{"text", `"` + secret + `"`, "configuration", "is text, not an object", "write it as"},
		{"a number", "7", "configuration", "is a number, not an object", "write it as"},
		{"an empty list", "[]", "configuration", "is an empty list", "one object or a list"},
		{"a list of text", `["` + secret + `"]`, "[0]", "is text, not an object", "write it as"},
		{"a list with null", `[{"name": "a"}, null]`, "[1]", "is null, not an object", "write it as"},
		{"a list in a list", `[[{}]]`, "[0]", "is a list, not an object", "write it as"},
		{"no name among several", `[{"name": "a"}, {"container_id": 1}]`, "[1].name", "is missing", "a unique name"},
		{"no name, first of several", `[{}, {"name": "a"}]`, "[0].name", "is missing", "a unique name"},
		{"a name twice", `[{"name": "a"}, {"name": "b"}, {"name": " a"}]`, "[2].name", "is the same as [0].name", "a unique name"},

		{"null member", `{"region": null}`, "region", "is null, not text", "leave the member out"},
		{"null token", `[{"bearer_token": null}]`, "[0].bearer_token", "is null, not text", "leave the member out"},
		{"number for text", `{"name": 7}`, "name", "is a number, not text", "put it in quotes"},
		{"number for a credential", `{"identify_access_key": 12345678901234567890}`, "identify_access_key", "is a number, not text", "put it in quotes"},
		{"truth value for an id", `{"container_id": true}`, "container_id", "is a truth value, not a positive integer", "a number such as"},
		{"negative id", `{"container_id": -1}`, "container_id", "is not a positive integer", "the number that the console shows"},
		{"fraction for an id", `{"container_id": 1.5}`, "container_id", "is not a positive integer", "the number that the console shows"},
		{"number for a truth value", `{"is_active": 1}`, "is_active", "is a number, not true or false", "write true or false"},
		{"object for text", `{"name": {"a": "` + secret + `"}}`, "name", "is an object, not text", "put it in quotes"},
		{"list for text", `{"bearer_token": ["` + secret + `"]}`, "bearer_token", "is a list, not text", "put it in quotes"},
		{"a member twice", `[{"name": "a", "name": "b"}]`, "[0].name", "is there twice", "keep one"},

		{"misspelt", `{"bearer_tokn": "` + secret + `"}`, "bearer_tokn", "is unknown", "did you mean bearer_token?"},
		{"misspelt in a list", `[{"name": "a"}, {"container_di": 7}]`, "[1].container_di", "is unknown", "did you mean container_id?"},
		{"other case", `{"Bearer_Token": "x"}`, "Bearer_Token", "is unknown", "did you mean bearer_token?"},
		{"hyphen", `{"base-url": "x"}`, "base-url", "is unknown", "did you mean base_url?"},
		{"part of a name", `{"access_key": "x"}`, "access_key", "is unknown", "did you mean identify_access_key?"},
		{"another part of a name", `{"token": "x"}`, "token", "is unknown", "did you mean bearer_token?"},
		{"name of the variable", `{"ACRCLOUD_REGION": "x"}`, "ACRCLOUD_REGION", "is unknown", "did you mean region?"},
		{"nothing like it", `{"timeout": 5}`, "timeout", "is unknown", "the known ones are name, base_url, region"},
		{"nothing like it, nested", `{"configs": [{"name": "a"}]}`, "configs", "is unknown", "the known ones are"},
		{"empty name", `{"": 5}`, "configuration", "has an unknown member at line 1", "the known ones are"},
		{"a credential for a name", `{"` + secret + `": "bearer_token"}`, "configuration", "has an unknown member at line 1", "the known ones are"},
		{"a credential for a name in a list", `[{"` + secret + `": 1}]`, "[0]", "has an unknown member at line 1", "the known ones are"},
		{"a long name", `{"` + strings.Repeat("bearer_token", 1000) + `": 1}`, "configuration", "has an unknown member", "the known ones are"},

		{"default as text", `{"default": "true"}`, "default", "is text, not true or false", "write true or false"},
		{"default twice", `[{"default": true, "default": true}]`, "[0].default", "is there twice", "keep one"},
		{"null default", `{"default": null}`, "default", "is null, not true or false", "write true or false"},
		{"a command as text", `[{"bearer_token_command": "cat ` + secret + `"}]`, "[0].bearer_token_command", "is text, not a list of strings", "secret-tool"},
		{"an empty command", `{"identify_access_key_command": []}`, "identify_access_key_command", "names no program", "prints the credential"},
		{"a command without a program", `{"identify_access_key_command": [" ", "` + secret + `"]}`, "identify_access_key_command", "names no program", "prints the credential"},
		{"a number in a command", `{"identify_access_secret_command": ["cat", 5]}`, "identify_access_secret_command[1]", "is a number, not text", "put it in quotes"},
		{"a command that breaks off", `{"bearer_token_command": ["cat"`, "configuration", "breaks off at line 1", "missing at the end"},
		{"a credential and its command", `[{"bearer_token_command": ["cat"], "bearer_token": "` + secret + `"}]`, "[0].bearer_token", "is there beside bearer_token_command", "leave one of them out"},
		{"a command for no credential", `{"container_id_command": ["cat"]}`, "container_id_command", "is unknown", "the known ones are"},

		{"another document", "{}\n{}", "configuration", "continues after its end at line 1, column 3", "one list"},
		{"text after the end", `{} "` + secret + `"`, "configuration", "continues after its end at line 1, column 3", "one list"},
		{"garbage after the end", `{} x` + secret, "configuration", "is not valid JSON at line 1, column 4", "check the quotes"},
		{"no quotes", `{"bearer_token": ` + secret + `}`, "bearer_token", "is a number, not text", "put it in quotes"},
		{"no quotes, later", "{\n  \"name\": \"é\", \"bearer_token\": eyJ\n}", "configuration", "is not valid JSON at line 2, column 32", "check the quotes"},
		{"no value", `{"bearer_token":}`, "configuration", "is not valid JSON at line 1", "check the quotes"},
		{"no comma", `{"name": "a" "region": "b"}`, "configuration", "is not valid JSON at line 1", "check the quotes"},
		{"comma at the end", `{"name": "a",}`, "configuration", "is not valid JSON at line 1", "no comma after the last"},
		{"comma at the end of the list", `[{"name": "a"},]`, "configuration", "is not valid JSON at line 1", "no comma after the last"},
		{"comma for a value", `[,]`, "configuration", "is not valid JSON at line 1", "check the quotes"},
		{"a comment", "{\n  // " + secret + "\n}", "configuration", "is not valid JSON at line 2", "no comments"},
		{"single quotes", `{'name': '` + secret + `'}`, "configuration", "is not valid JSON at line 1", "check the quotes"},
		{"not JSON at all", "ACRCLOUD_BEARER_TOKEN=" + secret, "configuration", "is not valid JSON at line 1, column 1", "check the quotes"},
		{"an escape that is none", `{"name": "` + secret + `\x"}`, "configuration", "is not valid JSON at line 1", "check the quotes"},
		{"broken off", `{"bearer_token": "` + secret, "configuration", "breaks off at line 1", "missing at the end"},
		{"broken off after a comma", "[{\"name\": \"a\"},\n", "configuration", "breaks off at line 2", "missing at the end"},
		{"broken off after the brace", "{", "configuration", "breaks off at line 1, column 2", "missing at the end"},
		{"broken off after a name", `{"name"`, "configuration", "breaks off at line 1, column 8", "missing at the end"},
		{"broken off within a literal", `{"is_active": tru`, "configuration", "breaks off at line 1", "missing at the end"},
		{"utf-16", "\xFF\xFE{\x00}\x00", "configuration", "is not UTF-8 text", "save the file as UTF-8"},
		{"latin-1", "{\"name\": \"\xE9\"}", "configuration", "is not UTF-8 text", "save the file as UTF-8"},
		{"too long", `{"name": "` + strings.Repeat("a", 1<<20) + `"}`, "configuration", "is longer than 1 MiB", "the right file"},
		{"deep", strings.Repeat("[", 1<<19), "[0]", "is a list, not an object", "write it as"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			configs, err := acrcloud.ReadConfigs(strings.NewReader(tt.document))
			requireArgumentError(t, err, tt.field, tt.problem, secret)
			assert.Contains(t, err.Error(), tt.remedy)
			assert.Nil(t, configs)
			assert.Less(t, len(err.Error()), 300)
		})
	}
}

func TestReadConfigsReader(t *testing.T) {
	t.Parallel()
	_, err := acrcloud.ReadConfigs(nil)
	requireArgumentError(t, err, "configuration", "has no reader", "")

	broken := errors.New("disk on fire")
	_, err = acrcloud.ReadConfigs(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, acrcloud.ErrInvalidArgument)

	configs, err := acrcloud.ReadConfigs(iotest.OneByteReader(strings.NewReader(`{"name": "a"}`)))
	require.NoError(t, err)
	assert.Len(t, configs, 1)
}

// What a Config was written to must not be taken for a Config with credentials.
func TestConfigWrittenAndRead(t *testing.T) {
	t.Parallel()
	c := acrcloud.Config{Name: "a", Region: acrcloud.EUWest1, ContainerID: 7, IsActive: new(true)}
	for name, marshal := range map[string]func(any) ([]byte, error){
		"json":    json.Marshal,
		"json/v2": func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
	} {
		written, err := marshal(c)
		require.NoError(t, err, name)
		read, err := acrcloud.ReadConfigs(strings.NewReader(string(written)))
		require.NoError(t, err, name)
		assert.Equal(t, []acrcloud.Config{c}, read, name)
	}

	c.BearerToken = acrcloud.NewSecret("eyJ.token.x")
	written, err := json.Marshal(c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"name": "a", "region": "eu-west-1", "bearer_token": "[redacted]", "container_id": 7, "is_active": true}`, string(written))
	_, err = acrcloud.ReadConfigs(strings.NewReader(string(written)))
	requireArgumentError(t, err, "bearer_token", "is [redacted]", "")
	require.Error(t, json.Unmarshal(written, &acrcloud.Config{}))
	require.Error(t, jsonv2.Unmarshal(written, &acrcloud.Config{}))
}

func FuzzReadConfigs(f *testing.F) {
	for _, document := range []string{
		`{}`, `[{"name": "a"}, {"name": "b", "container_id": 7, "is_active": false}]`, `{"bearer_token": "eyJ.a.b", "base_url": "https://a.example/api"}`,
		`{"identify_host": "a.example:443"}`, `{"token": 1}`, `[`, `{"name": null}`, `{"default": true, "bearer_token_command": ["a", "b"]}`, "\uFEFF{} {}", `{"\u0000": 1}`,
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		configs, err := acrcloud.ReadConfigs(strings.NewReader(string(document)))
		if err == nil {
			if len(configs) == 0 {
				t.Fatal("neither a configuration nor an error")
			}
			return
		}
		e, ok := errors.AsType[*acrcloud.ArgumentError](err)
		if !ok || e.Field == "" || e.Problem == "" || configs != nil {
			t.Fatalf("incomplete error %#v", err)
		}
		if e.Remedy == "" {
			t.Fatalf("no remedy: %v", err)
		}
	})
}
