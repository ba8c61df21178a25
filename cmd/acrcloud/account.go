package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/doctor"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

const (
	configEnv     = "ACRCLOUD_CONFIG"
	configFileEnv = "ACRCLOUD_CONFIG_FILE"
	defaultName   = "default"
	defaultMember = "default"
	commandSuffix = "_command"

	maxConfigBytes = 1 << 20
	commandTimeout = 2 * time.Minute // a keyring may ask for a password
	maxSecretBytes = 64 << 10
)

// An entry is a named configuration, with the commands that print those of its secrets that the file does not contain.
type entry struct {
	config   acrcloud.Config
	commands map[string][]string // by the member that they stand for
	chosen   bool                // it is used if none is named
}

// secretMembers maps each member that a keyring command can replace to where its output goes.
var secretMembers = map[string]func(*acrcloud.Config) *acrcloud.Secret{
	"bearer_token":           func(c *acrcloud.Config) *acrcloud.Secret { return &c.BearerToken },
	"identify_access_key":    func(c *acrcloud.Config) *acrcloud.Secret { return &c.IdentifyAccessKey },
	"identify_access_secret": func(c *acrcloud.Config) *acrcloud.Secret { return &c.IdentifyAccessSecret },
}

// account returns the credentials to use.
func (p *program) account(ctx context.Context) (*service, error) {
	name := p.flags.config
	if name == "" {
		name = os.Getenv(configEnv)
	}
	if name == "" {
		cfg, err := acrcloud.ConfigFromEnv()
		if err != nil {
			return nil, err
		}
		if doctor.Has(cfg) || cfg.BaseURL != "" || cfg.Region != "" { // ignoring an address would send everything elsewhere
			return &service{config: cfg, origin: "the environment"}, nil
		}
	}
	entries, path, err := p.entries()
	if errors.Is(err, errNoConfigurations) && name == "" {
		return &service{origin: "the flags"}, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := choose(entries, name, path)
	if err != nil || found == nil {
		return &service{origin: "the flags"}, err
	}
	return found.service(ctx, path)
}

// choose returns the entry of a name. Without a name it returns the chosen one, the only one, or the one called
// "default", or none.
func choose(entries []entry, name, path string) (*entry, error) {
	names := make([]string, 0, len(entries))
	found := -1
	for i, e := range entries {
		switch {
		case name != "" && e.config.Name == name, name == "" && e.chosen:
			return &entries[i], nil
		case name == "" && (len(entries) == 1 || e.config.Name == defaultName):
			found = i
		}
		names = append(names, e.config.Name)
	}
	switch {
	case found >= 0:
		return &entries[found], nil
	case name != "":
		return nil, usagef("there is no configuration %q in %s%s", name, path, meant(nearest.Key(name, names), names))
	case len(entries) > 1:
		return nil, usagef("%s has several configurations: choose one with --config or %s, or set a default with 'acrcloud config use'%s", path, configEnv, meant("", names))
	}
	return nil, nil
}

// service runs the entry's commands and returns its credentials.
func (e *entry) service(ctx context.Context, path string) (*service, error) {
	for member, command := range e.commands {
		secret, err := runCommand(ctx, command)
		if err != nil {
			return nil, fmt.Errorf("configuration %q in %s: %s_command: %w", e.config.Name, path, member, err)
		}
		*secretMembers[member](&e.config) = secret
	}
	origin := "the configuration in " + path
	if e.config.Name != "" {
		origin = fmt.Sprintf("configuration %q", e.config.Name)
	}
	return &service{config: e.config, origin: origin}, nil
}

// runCommand returns what a command prints. The command has the terminal, so it can ask for a password.
func runCommand(ctx context.Context, args []string) (acrcloud.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the command that the user has configured
	command.Stdin, command.Stderr = os.Stdin, os.Stderr
	out, err := command.Output()
	switch {
	case err != nil:
		return acrcloud.Secret{}, fmt.Errorf("%s failed: %w", args[0], err)
	case len(out) > maxSecretBytes:
		return acrcloud.Secret{}, fmt.Errorf("%s printed more than 64 KiB: it must print the secret and nothing else", args[0])
	case len(bytes.TrimSpace(out)) == 0:
		return acrcloud.Secret{}, fmt.Errorf("%s printed nothing: it must print the secret", args[0])
	}
	return acrcloud.NewSecret(string(bytes.TrimSpace(out))), nil
}

// configPath returns the path of the configuration file.
func (p *program) configPath() (string, error) {
	if p.flags.configFile != "" {
		return p.flags.configFile, nil
	}
	if path := os.Getenv(configFileEnv); path != "" {
		return path, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("cannot find the folder for configurations: set %s: %w", configFileEnv, err)
	}
	return filepath.Join(dir, "acrcloud", "config.json"), nil
}

// entries reads the configuration file.
func (p *program) entries() ([]entry, string, error) {
	path, err := p.configPath()
	if err != nil {
		return nil, "", err
	}
	f, err := os.Open(path) //nolint:gosec // the file that the user names
	if errors.Is(err, fs.ErrNotExist) {
		return nil, path, fmt.Errorf("%w: %s does not exist; 'acrcloud config --help' describes it", errNoConfigurations, path)
	}
	if err != nil {
		return nil, path, err
	}
	defer f.Close() //nolint:errcheck // it was only read from
	if info, err := f.Stat(); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		p.say("Warning: others can read %s, which may hold secrets: run 'chmod 600 %s'", path, path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConfigBytes+1))
	if err != nil {
		return nil, path, err
	}
	entries, err := parseEntries(data)
	if err != nil {
		return nil, path, &usageError{text: fmt.Sprintf("%s: %v", path, err)}
	}
	return entries, path, nil
}

// parseEntries reads configurations, and the members that only this command uses.
func parseEntries(data []byte) ([]entry, error) {
	configs, err := acrcloud.ReadConfigs(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(configs))
	chosen := -1
	for i, o := range objectsIn(data) { // as many: each is a configuration
		e := entry{config: configs[i], commands: map[string][]string{}, chosen: string(o[defaultMember]) == "true"}
		for member := range secretMembers {
			raw, ok := o[member+commandSuffix]
			if !ok {
				continue
			}
			var args []string
			if err := json.Unmarshal(raw, &args); err != nil {
				return nil, err
			}
			e.commands[member] = args
		}
		if e.chosen && chosen >= 0 {
			return nil, fmt.Errorf("[%d] and [%d] are both the %s: 'acrcloud config use' chooses one", chosen, i, defaultMember)
		}
		if e.chosen {
			chosen = i
		}
		entries[i] = e
	}
	return entries, nil
}
