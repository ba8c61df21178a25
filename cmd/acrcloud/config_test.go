package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

func TestNamedConfigurations(t *testing.T) {
	t.Parallel()
	srv, _ := listening(t)
	cfg := srv.Config()
	dir := t.TempDir()
	token := write(t, filepath.Join(dir, "token"), []byte(cfg.BearerToken.Reveal()+"\n"))
	file := write(t, filepath.Join(dir, "config.json"), []byte(`[
		{"name": "scans", "base_url": "`+cfg.BaseURL+`", "bearer_token": "`+cfg.BearerToken.Reveal()+`", "container_id": `+strconv.Itoa(cfg.ContainerID)+`},
		{"name": "keyring", "base_url": "`+cfg.BaseURL+`", "bearer_token_command": ["cat", "`+filepath.ToSlash(token)+`"], "container_id": `+strconv.Itoa(cfg.ContainerID)+`},
		{"name": "broken", "bearer_token_command": ["false"], "container_id": 1}]`))
	env := clean(t, "ACRCLOUD_CONFIG_FILE="+file)

	code, stdout, stderr := call(t, env, "config", "list", "-o", "csv")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "scans,,"+strconv.Itoa(cfg.ContainerID)+",\"in the file, ")
	assert.Contains(t, stdout, "keyring,,"+strconv.Itoa(cfg.ContainerID)+",from a command")
	assert.NotContains(t, stdout, cfg.BearerToken.Reveal())
	code, stdout, _ = call(t, env, "config", "path")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, file+"\n", stdout)

	code, _, stderr = call(t, env, "files", "list")
	assert.Equal(t, exitUsage, code, "which of three?")
	assert.Contains(t, stderr, "scans, keyring, broken")
	code, _, stderr = call(t, env, "files", "list", "--config", "scan")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `did you mean "scans"?`)
	code, _, stderr = call(t, env, "files", "list", "-c", "scans")
	assert.Equal(t, exitOK, code, stderr)
	code, _, stderr = call(t, append(env, "ACRCLOUD_CONFIG=scans", "ACRCLOUD_BEARER_TOKEN=other"), "files", "list")
	assert.Equal(t, exitOK, code, "a name that is given comes before the environment: %s", stderr)
	if runtime.GOOS != "windows" {
		code, _, stderr = call(t, env, "files", "list", "-c", "keyring")
		assert.Equal(t, exitOK, code, stderr)
		code, _, stderr = call(t, env, "files", "list", "-c", "broken")
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stderr, "bearer_token_command")
		require.NoError(t, os.Chmod(file, 0o644)) //nolint:gosec // what is warned of
		_, _, stderr = call(t, env, "files", "list", "-c", "scans")
		assert.Contains(t, stderr, "chmod 600")
	}
}

func TestConfigurationsWithMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"misspelt", `{"bearer_tokn": "x"}`, "bearer_token"},
		{"a command that is a text", `[{"name": "a", "bearer_token_command": "cat x"}]`, "[0].bearer_token_command is text, not a list"},
		{"an empty command", `[{"name": "a", "bearer_token_command": []}]`, "[0].bearer_token_command names no program"},
		{"both", `{"bearer_token": "s3cr3t", "bearer_token_command": ["cat"]}`, "leave one of them out"},
		{"a command for what is no secret", `{"container_id_command": ["cat"]}`, "container_id"},
		{"no JSON", `{`, "config.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, filepath.Join(t.TempDir(), "config.json"), []byte(tt.text))
			code, stdout, stderr := call(t, clean(t), "config", "list", "--config-file", file)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, file)
			assert.Contains(t, stderr, tt.want)
			assert.NotContains(t, stderr, "s3cr3t")
		})
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	code, stdout, stderr := call(t, env, "doctor", "--upload", "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stderr, "this is billed")
	assert.Contains(t, stdout, `"the environment"`)
	assert.NotContains(t, stdout, srv.Config().BearerToken.Reveal())
	srv.Inject(mock.Fault{Status: 403})
	code, stdout, stderr = call(t, env, "doctor")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "FAILED")
	assert.Empty(t, stderr)

	file := write(t, filepath.Join(t.TempDir(), "c.json"), []byte(`[{"name": "one", "bearer_token": "x", "container_id": 1}, {"name": "two", "bearer_token": "y", "container_id": 2}]`))
	code, stdout, _ = call(t, clean(t), "doctor", "--all", "--config-file", file, "--verbose")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "one\n")
	assert.Contains(t, stdout, "two\n")
}
