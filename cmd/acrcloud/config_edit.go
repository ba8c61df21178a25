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
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// members are those of a configuration, in the order in which they are written.
var members = []string{
	"name", defaultMember, "base_url", "region", "bearer_token", "bearer_token_command", "container_id", "identify_host", "identify_access_key",
	"identify_access_key_command", "identify_access_secret", "identify_access_secret_command", "is_active",
}

// An object is a configuration as it is in the file.
type object map[string]json.RawMessage

func (o object) name() string {
	var name string
	_ = json.Unmarshal(o["name"], &name) // what it is not is found when it is read as a configuration
	return name
}

// objectsIn returns the configurations in a file as they are. It leaves mistakes to acrcloud.ReadConfigs, which reports where they are.
func objectsIn(data []byte) []object {
	data = bytes.TrimPrefix(data, []byte("\uFEFF")) // some editors write a byte order mark
	var objects []object
	if json.Unmarshal(data, &objects) != nil {
		var one object
		if json.Unmarshal(data, &one) == nil {
			return []object{one}
		}
	}
	return objects
}

// write writes the members in a fixed order.
func (o object) write(b *bytes.Buffer) {
	b.WriteByte('{')
	before := ""
	for _, member := range members {
		if raw, ok := o[member]; ok {
			fmt.Fprintf(b, "%s%q:%s", before, member, raw)
			before = ","
		}
	}
	b.WriteByte('}')
}

// encode returns the content of the configuration file.
func encode(objects []object) ([]byte, error) {
	var b, indented bytes.Buffer
	b.WriteByte('[')
	for i, o := range objects {
		if i > 0 {
			b.WriteByte(',')
		}
		o.write(&b)
	}
	b.WriteString("]\n")
	err := json.Indent(&indented, b.Bytes(), "", "  ")
	return indented.Bytes(), err
}

func (p *program) setConfiguration() *cobra.Command {
	var unset bool
	c := &cobra.Command{
		Use: "set NAME MEMBER [VALUE...]", Short: "Set a member of a configuration",
		Long: "Set a member of a named configuration, which is created if it does not exist: " + strings.Join(settable(), ", ") + ".\n\n" +
			"A secret is never an argument, because other users can read arguments in the list of processes. On a terminal the command asks for it without\n" +
			"showing it; elsewhere it reads standard input. A member with \"_command\" takes a command with its arguments that prints the secret, such as\n" +
			"that of a keyring; put -- before it if it has flags. Only the owner can read the file (mode 0600).",
		Example: "  acrcloud config set scans container_id 10005\n  acrcloud config set scans bearer_token\n  acrcloud config set radio identify_access_secret < secret.txt\n" +
			"  acrcloud config set radio identify_access_secret_command -- security find-generic-password -s acrcloud -w",
		Args: arguments(2, -1, "the configuration and its member, such as 'scans container_id 10005'"),
		RunE: func(c *cobra.Command, args []string) error {
			return p.set(c.Context(), args[0], args[1], args[2:], unset)
		},
	}
	c.Flags().BoolVar(&unset, "unset", false, "remove the member")
	return c
}

func settable() []string {
	return slices.DeleteFunc(slices.Clone(members), func(m string) bool { return m == "name" || m == defaultMember })
}

func (p *program) set(ctx context.Context, name, member string, values []string, unset bool) error {
	member = strings.ReplaceAll(member, "-", "_")
	if !slices.Contains(settable(), member) {
		return usagef("there is no member %q%s", member, meant(nearest.Key(member, settable()), settable()))
	}
	var value json.RawMessage // nil removes it
	switch {
	case unset && len(values) > 0:
		return usagef("unexpected argument %q: --unset removes the member", values[0])
	case !unset:
		var err error
		if value, err = p.valueOf(ctx, name, member, values); err != nil {
			return err
		}
	}
	return p.edit(func(objects []object) ([]object, error) {
		i := slices.IndexFunc(objects, func(o object) bool { return o.name() == name })
		if i < 0 {
			raw, err := json.Marshal(name)
			if err != nil {
				return nil, err
			}
			objects = append(objects, object{"name": raw})
			i = len(objects) - 1
		}
		o := objects[i]
		if value == nil {
			delete(o, member)
			return objects, nil
		}
		o[member] = value
		if other, ok := strings.CutSuffix(member, commandSuffix); ok {
			delete(o, other) // one replaces the other
		} else {
			delete(o, member+commandSuffix)
		}
		return objects, nil
	})
}

// valueOf returns the value of a member as JSON.
func (p *program) valueOf(ctx context.Context, name, member string, values []string) (json.RawMessage, error) {
	_, secret := secretMembers[member]
	switch {
	case secret && len(values) > 0:
		return nil, usagef("%s is a secret, and other users can read arguments in the list of processes: leave it out, and the command asks for it or reads it from standard input; since it has been visible, consider replacing it", member)
	case secret:
		text, err := p.secret(ctx, fmt.Sprintf("%s of %s: ", member, name))
		if err != nil {
			return nil, err
		}
		return json.Marshal(text)
	case len(values) == 0:
		return nil, usagef("give a value for %s", member)
	case strings.HasSuffix(member, commandSuffix):
		return json.Marshal(values)
	case len(values) > 1:
		return nil, usagef("unexpected argument %q", values[1])
	case member == "container_id":
		if _, err := containerID(values[0]); err != nil {
			return nil, err
		}
		return json.RawMessage(values[0]), nil
	case member == "is_active":
		active, err := strconv.ParseBool(values[0])
		if err != nil {
			return nil, usagef("is_active is %q: give true or false", values[0])
		}
		return json.Marshal(active)
	}
	return json.Marshal(values[0])
}

// secret asks for a secret on a terminal without showing it, or reads it from standard input.
func (p *program) secret(ctx context.Context, prompt string) (string, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(p.in, maxSecretBytes+1)) }
	if f := terminal(p.in); f != nil {
		state, err := term.GetState(int(f.Fd()))
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprint(p.err, prompt)
		defer func() { // even if there was no response
			_ = term.Restore(int(f.Fd()), state)
			_, _ = fmt.Fprintln(p.err)
		}()
		read = func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) }
	}
	type answer struct {
		data []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // a read from a terminal cannot be stopped
		data, err := read()
		answered <- answer{data, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-answered:
		text := strings.TrimSpace(string(a.data))
		switch {
		case a.err != nil && !errors.Is(a.err, io.EOF):
			return "", fmt.Errorf("reading the secret: %w", a.err)
		case text == "":
			return "", usagef("standard input is empty: write the secret to it")
		case len(a.data) > maxSecretBytes:
			return "", usagef("the secret is longer than 64 KiB: is that the right file?")
		case strings.ContainsFunc(strings.TrimPrefix(text, "Bearer "), unicode.IsSpace):
			return "", usagef("the secret contains blanks or line breaks: give the secret and nothing else")
		}
		return text, nil
	}
}

func (p *program) useConfiguration() *cobra.Command {
	return &cobra.Command{
		Use: "use NAME", Short: "Choose the default configuration",
		Long:    "Choose the configuration that is used if neither --config nor ACRCLOUD_CONFIG names one and the environment has no credentials.",
		Example: "  acrcloud config use scans", Args: arguments(1, 1, "the configuration"),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.edit(func(objects []object) ([]object, error) {
				i, err := find(objects, args[0])
				if err != nil {
					return nil, err
				}
				for _, o := range objects {
					delete(o, defaultMember)
				}
				objects[i][defaultMember] = json.RawMessage("true")
				return objects, nil
			})
		},
	}
}

func (p *program) removeConfiguration() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "remove NAME", Short: "Remove a configuration", Long: "Remove a named configuration and its secrets. On a terminal the command asks first; elsewhere --yes is required.",
		Example: "  acrcloud config remove scans --yes", Args: arguments(1, 1, "the configuration"),
		RunE: func(c *cobra.Command, args []string) error {
			return p.edit(func(objects []object) ([]object, error) {
				i, err := find(objects, args[0])
				if err != nil {
					return nil, err
				}
				if err := p.confirm(c.Context(), yes, "Remove the configuration %q and its secrets?", args[0]); err != nil {
					return nil, err
				}
				return slices.Delete(objects, i, i+1), nil
			})
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return c
}

func find(objects []object, name string) (int, error) {
	names := make([]string, len(objects))
	for i, o := range objects {
		if names[i] = o.name(); names[i] == name {
			return i, nil
		}
	}
	if len(names) == 0 {
		return 0, usagef("there is no configuration %q, and no other: create it with 'acrcloud config set'", name)
	}
	return 0, usagef("there is no configuration %q%s", name, meant(nearest.Key(name, names), names))
}

// edit changes the configuration file. If the result would be invalid, it leaves the file as it is.
func (p *program) edit(change func([]object) ([]object, error)) error {
	path, err := p.configPath()
	if err != nil {
		return err
	}
	objects, err := readObjects(path)
	if err != nil {
		return err
	}
	if objects, err = change(objects); err != nil {
		return err
	}
	data, err := encode(objects)
	if err != nil {
		return err
	}
	if _, err := parseEntries(data); err != nil && len(objects) > 0 {
		return usagef("nothing was changed: %v", err)
	}
	target := path
	if linked, err := filepath.EvalSymlinks(path); err == nil {
		target = linked // keep the link
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	if err := replaceFile(target, data, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	p.note("%s has been written.", path)
	return nil
}

// readObjects reads the file as plain objects. The user must correct invalid ones by hand.
func readObjects(path string) ([]object, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user names
	if errors.Is(err, fs.ErrNotExist) {
		return []object{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read from
	data, err := io.ReadAll(io.LimitReader(f, maxConfigBytes+1))
	if err != nil {
		return nil, err
	}
	objects := objectsIn(data)
	if len(objects) == 0 && bytes.Equal(bytes.TrimSpace(data), []byte("[]")) {
		return []object{}, nil
	}
	if _, err := parseEntries(data); err != nil {
		return nil, &usageError{text: fmt.Sprintf("%s: %v", path, err)}
	}
	for i, o := range objects {
		for member := range o {
			if !slices.Contains(members, member) {
				return nil, usagef("%s: [%d].%s is an unknown member: edit the file by hand", path, i, member)
			}
		}
	}
	return objects, nil
}
