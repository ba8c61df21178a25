package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// fed calls the command with something on standard input.
func fed(t *testing.T, env []string, input string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	c := command(t, env, args...)
	c.Stdin = strings.NewReader(input)
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	return exit(t, c.Run()), out.String(), errs.String()
}

func TestConfigurationIsMadeUsedAndRemoved(t *testing.T) {
	t.Parallel()
	srv, _ := listening(t)
	cfg := srv.Config()
	env := clean(t)
	set := func(input string, args ...string) {
		t.Helper()
		code, stdout, stderr := fed(t, env, input, append([]string{"config", "set"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.Empty(t, stdout)
		assert.NotContains(t, stderr, cfg.BearerToken.Reveal())
	}
	set("", "scans", "base_url", cfg.BaseURL)
	set("", "scans", "container-id", strconv.Itoa(cfg.ContainerID))
	set(cfg.BearerToken.Reveal()+"\n", "scans", "bearer_token")
	set("", "radio", "identify_host", "identify-eu-west-1.acrcloud.com")
	set("", "radio", "identify_access_key_command", "--", "echo", "-n", "key")
	set("s3cr3t-s3cr3t-s3cr3t", "radio", "identify_access_secret")
	set("", "radio", "region", "eu-west-1")
	set("", "radio", "region", "--unset")

	_, path, _ := call(t, env, "config", "path")
	path = strings.TrimSpace(path)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"echo"`)
	assert.NotContains(t, string(data), "eu-west-1\"", "--unset takes a member away")

	code, _, stderr := call(t, env, "files", "list")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "acrcloud config use")
	code, _, stderr = call(t, env, "config", "use", "scan")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `did you mean "scans"?`)
	for _, name := range []string{"radio", "scans"} {
		code, _, stderr = call(t, env, "config", "use", name)
		require.Equal(t, exitOK, code, stderr)
	}
	code, _, stderr = call(t, env, "files", "list")
	assert.Equal(t, exitOK, code, stderr)
	code, stdout, stderr := call(t, env, "config", "show", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	shown := decode[map[string]any](t, stdout)
	assert.Equal(t, "scans", shown["name"])
	assert.Equal(t, true, shown["default"])
	code, stdout, stderr = call(t, env, "config", "show", "radio")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "20 characters, ending in …cr3t")
	assert.Contains(t, stdout, "from a command")
	assert.NotContains(t, stdout, "s3cr3t-s3cr3t")
	_, stdout, _ = call(t, env, "config", "list", "-o", "csv")
	assert.Contains(t, stdout, "scans,yes,")

	data, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"default": true`)
	configs, err := acrcloud.ReadConfigs(bytes.NewReader(data))
	require.NoError(t, err, "other programs can read the file, too")
	require.Len(t, configs, 2)
	assert.Equal(t, cfg.BearerToken.Reveal(), configs[0].BearerToken.Reveal())
	assert.Equal(t, "s3cr3t-s3cr3t-s3cr3t", configs[1].IdentifyAccessSecret.Reveal())
	assert.True(t, configs[1].IdentifyAccessKey.IsZero(), "no command is run")

	code, _, stderr = call(t, env, "config", "remove", "radio")
	assert.Equal(t, exitUsage, code, "nobody to ask")
	assert.Contains(t, stderr, "--yes")
	for _, name := range []string{"radio", "scans"} {
		code, _, stderr = call(t, env, "config", "remove", name, "--yes")
		require.Equal(t, exitOK, code, stderr)
	}
	data, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.JSONEq(t, "[]", string(data))
	set("", "again", "container_id", "5")
}

func TestConfigurationsThatCannotBeSet(t *testing.T) {
	t.Parallel()
	const before = `{"name": "one", "bearer_token": "s3cr3t-0123456789"}`
	tests := []struct {
		name, input, args string
		want              string
	}{
		{"a secret as an argument", "", "one bearer_token eyJ-this-is-secret", "list of processes"},
		{"no secret", "", "one bearer_token", "standard input is empty"},
		{"a secret of two words", "a b", "one identify_access_key", "blanks or line breaks"},
		{"no value", "", "one container_id", "give a value for container_id"},
		{"no number", "", "one container_id five", `"five"`},
		{"too many values", "", "one region eu-west-1 us-west-2", "unexpected argument"},
		{"a misspelt member", "", "one bearer_tokn", `did you mean "bearer_token"?`},
		{"the name", "", "one name two", "there is no member"},
		{"no truth", "", "one is_active perhaps", "true or false"},
		{"an address that is none", "", "one base_url nonsense://", "nothing was changed"},
		{"both", "", "one region eu-west-1 --unset", "unexpected argument"},
		{"no member", "", "one", "such as 'scans container_id 10005'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, filepath.Join(t.TempDir(), "config.json"), []byte(before))
			code, stdout, stderr := fed(t, clean(t), tt.input, append([]string{"config", "set", "--config-file", file}, strings.Fields(tt.args)...)...)
			assert.Equal(t, exitUsage, code, stderr)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, tt.want)
			assert.NotContains(t, stderr, "s3cr3t")
			assert.NotContains(t, stderr, "eyJ-this")
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, before, string(data))
		})
	}
	file := write(t, filepath.Join(t.TempDir(), "config.json"), []byte(`[{"name": "a", "bearer_tokn": "x"}]`))
	code, _, stderr := call(t, clean(t), "config", "set", "--config-file", file, "a", "container_id", "5")
	assert.Equal(t, exitUsage, code, "a file with mistakes is left as it is")
	assert.Contains(t, stderr, file)
	for text, want := range map[string]string{
		`[{"name": "a", "default": true}, {"name": "b", "default": true}]`: "are both the default",
		`[{"name": "a", "default": "yes"}]`:                                "is text, not true or false",
	} {
		file := write(t, filepath.Join(t.TempDir(), "config.json"), []byte(text))
		_, _, stderr := call(t, clean(t), "config", "list", "--config-file", file)
		assert.Contains(t, stderr, want)
	}
}

func TestObjectsKeepTheirMembers(t *testing.T) {
	t.Parallel()
	o := object{}
	for i, member := range members {
		o[member] = json.RawMessage(strconv.Itoa(i))
	}
	data, err := encode([]object{o, o})
	require.NoError(t, err)
	var again []object
	require.NoError(t, json.Unmarshal(data, &again))
	assert.Equal(t, o, again[0])
	assert.Equal(t, o, again[1])
	assert.Regexp(t, `^\[\s*{\s*"name": 0,\s*"default": 1,`, string(data))
}
