package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// The members of a configuration, in the order in which they are written.
var configMembers = []string{
	"name", "base_url", "region", "bearer_token", "bearer_token_command", "container_id", "identify_host", "identify_access_key", "identify_access_key_command",
	"identify_access_secret", "identify_access_secret_command", "is_active",
}

// A storedConfig is a configuration as the file has it.
type storedConfig map[string]json.RawMessage

// set stores a text.
func (c storedConfig) set(member, value string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return err
	}
	c[member] = bytes.TrimSpace(b.Bytes())
	return nil
}

// text is a member that is a text, or nothing.
func (c storedConfig) text(member string) string {
	var text string
	if json.Unmarshal(c[member], &text) != nil {
		return ""
	}
	return text
}

// storedConfigs reads the file with configurations, to change them. It need not be there.
func (p *program) storedConfigs() ([]storedConfig, string, error) {
	path, err := p.configPath()
	if err != nil {
		return nil, "", err
	}
	if _, _, err := p.entries(); errors.Is(err, errNoConfigurations) {
		return nil, path, nil
	} else if err != nil { // a file with mistakes is left alone
		return nil, path, err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one
	}
	data, err := os.ReadFile(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, path, err
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	var configs []storedConfig
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		configs = []storedConfig{{}}
		err = json.Unmarshal(data, &configs[0])
	} else {
		err = json.Unmarshal(data, &configs)
	}
	if err != nil {
		return nil, path, fmt.Errorf("%s: %w", path, err)
	}
	return configs, path, nil
}

// writeConfigs replaces the file with configurations, all of it or nothing. Only its owner can read it.
func writeConfigs(path string, configs []storedConfig) error {
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, c := range configs {
		b.WriteString("  {")
		first := true
		for _, member := range configMembers {
			raw, ok := c[member]
			if !ok {
				continue
			}
			if !first {
				b.WriteString(", ")
			}
			first = false
			fmt.Fprintf(&b, "%q: %s", member, raw)
		}
		b.WriteString("}")
		if i < len(configs)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	if _, err := parseEntries(b.Bytes()); err != nil {
		return &usageError{text: fmt.Sprintf("%s would not be readable any more, and is left as it is: %v", path, err)}
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".config-*.json") // which is for its owner only
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if runtime.GOOS != "windows" {
		if d, err := os.Open(dir); err == nil { //nolint:gosec // its folder
			_ = d.Sync() // where a folder can be synced: the file itself is whole in any case
			_ = d.Close()
		}
	}
	return nil
}

// findConfig returns the configuration of a name, or a new one. An unnamed one gets the name that it is used by: several need names.
func findConfig(configs []storedConfig, name string) (storedConfig, []storedConfig, error) {
	i := slices.IndexFunc(configs, func(c storedConfig) bool { return c.text("name") == name })
	if i >= 0 {
		return configs[i], configs, nil
	}
	for _, c := range configs {
		if c.text("name") == "" {
			if name == defaultName {
				return nil, nil, usagef("the configuration in the file has no name, and is the default: give it one, or choose another with --name")
			}
			if err := c.set("name", defaultName); err != nil {
				return nil, nil, err
			}
		}
	}
	c := storedConfig{}
	if err := c.set("name", name); err != nil {
		return nil, nil, err
	}
	return c, append(configs, c), nil
}
