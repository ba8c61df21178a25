package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A configuration is the part of an entry that may be shown.
type configuration struct {
	Name           string   `json:"name"`
	Default        bool     `json:"default"` // it is used if none is named
	BaseURL        string   `json:"base_url,omitempty"`
	Region         string   `json:"region,omitempty"`
	ContainerID    int      `json:"container_id,omitempty"`
	BearerToken    string   `json:"bearer_token,omitempty"` // its source and length, never the token
	IdentifyHost   string   `json:"identify_host,omitempty"`
	IdentifyAccess string   `json:"identify_access,omitempty"`
	IdentifySecret string   `json:"identify_access_secret,omitempty"`
	Commands       []string `json:"commands,omitempty"` // members whose value a command prints
}

var configurationColumns = []column[configuration]{
	{"name", true, func(c configuration) string { return c.Name }},
	{"default", false, func(c configuration) string {
		if c.Default {
			return "yes"
		}
		return ""
	}},
	{"container", false, func(c configuration) string {
		if c.ContainerID == 0 {
			return ""
		}
		return strconv.Itoa(c.ContainerID)
	}},
	{"token", false, func(c configuration) string { return c.BearerToken }},
	{"identify_host", false, func(c configuration) string { return c.IdentifyHost }},
	{"access_key", false, func(c configuration) string { return c.IdentifyAccess }},
	{"base_url", false, func(c configuration) string { return c.BaseURL }},
}

func (p *program) configCommand() *cobra.Command {
	c := group("config", "Create, show, choose and remove named configurations",
		"Named configurations are in a JSON file: --config-file or ACRCLOUD_CONFIG_FILE, otherwise acrcloud/config.json in the user's folder for\n"+
			"configurations. Only its owner should be able to read it (chmod 600). It is a list of objects:\n\n"+
			"  [{\"name\": \"scans\", \"bearer_token\": \"eyJ…\", \"container_id\": 10005},\n"+
			"   {\"name\": \"radio\", \"identify_host\": \"identify-eu-west-1.acrcloud.com\", \"identify_access_key\": \"…\",\n"+
			"    \"identify_access_secret_command\": [\"secret-tool\", \"lookup\", \"service\", \"acrcloud\"]}]\n\n"+
			"with the members name, base_url, region, bearer_token, container_id, identify_host, identify_access_key, identify_access_secret and\n"+
			"is_active. Instead of a secret, a member with \"_command\" appended to its name can hold a command that prints the secret, such as that of a\nkeyring. No shell is used.\n\n"+
			"--config or ACRCLOUD_CONFIG chooses one by name; the other variables are then ignored. Without them the environment comes first, then\n"+
			"the configuration that 'acrcloud config use' chose, the only one, or the one named \"default\".",
		"  acrcloud config set scans container_id 10005\n  acrcloud config set scans bearer_token\n  acrcloud config use scans\n  acrcloud doctor --config radio")
	c.AddCommand(p.listConfigurations(), p.removeConfiguration(), p.setConfiguration(), p.showConfiguration(), p.showConfigPath(), p.useConfiguration())
	return c
}

func (p *program) listConfigurations() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List named configurations", Long: "List named configurations, without their secrets. Their commands are not run.",
		Example: "  acrcloud config list -o json",
		RunE: func(*cobra.Command, []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			entries, path, err := p.known()
			if err != nil {
				return err
			}
			inUse, _ := choose(entries, "", path) // with several configurations there may be none
			return writeList(p, format, configurationColumns, func(yield func(configuration, error) bool) {
				for i := range entries {
					if !yield(entries[i].shown(&entries[i] == inUse), nil) {
						return
					}
				}
			})
		},
	}
}

// known reads the configurations. It is an error if there are none.
func (p *program) known() ([]entry, string, error) {
	entries, path, err := p.entries()
	if errors.Is(err, errNoConfigurations) {
		return nil, path, &usageError{text: err.Error()}
	}
	return entries, path, err
}

func (p *program) showConfiguration() *cobra.Command {
	return &cobra.Command{
		Use: "show [NAME]", Short: "Show a configuration",
		Long:    "Show a named configuration, or the one that is used if none is named. Of secrets, only the length and the last characters are shown.",
		Example: "  acrcloud config show scans\n  acrcloud config show -o json", Args: arguments(0, 1, ""),
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := p.format(formatTable, formatJSON)
			if err != nil {
				return err
			}
			entries, path, err := p.known()
			if err != nil {
				return err
			}
			name := p.flags.config
			if len(args) > 0 {
				name = args[0]
			}
			if name == "" {
				name = os.Getenv(configEnv)
			}
			found, err := choose(entries, name, path)
			if err != nil {
				return err
			}
			if found == nil {
				return usagef("there is no configuration in %s", path)
			}
			inUse, _ := choose(entries, "", path) // with several configurations there may be none
			c := found.shown(found == inUse)
			if format == formatJSON {
				return writeJSON(p.out, c)
			}
			return c.print(p.out)
		},
	}
}

// print writes a configuration as text.
func (c configuration) print(w io.Writer) error {
	var t text.Table
	for _, line := range [][2]string{
		{"name", c.Name}, {defaultMember, map[bool]string{true: "yes"}[c.Default]}, {"base_url", c.BaseURL}, {"region", c.Region},
		{"container_id", map[bool]string{true: strconv.Itoa(c.ContainerID)}[c.ContainerID != 0]}, {"bearer_token", c.BearerToken},
		{"identify_host", c.IdentifyHost}, {"identify_access_key", c.IdentifyAccess}, {"identify_access_secret", c.IdentifySecret},
	} {
		if line[1] != "" {
			t.Row(line[0], text.Terminal(line[1]))
		}
	}
	return t.Print(w)
}

// shown returns the part of an entry that may be shown.
func (e *entry) shown(inUse bool) configuration {
	c := configuration{Name: e.config.Name, Default: inUse, BaseURL: e.config.BaseURL, Region: string(e.config.Region), ContainerID: e.config.ContainerID, IdentifyHost: e.config.IdentifyHost}
	source := func(member string) string {
		switch secret := secretMembers[member](&e.config); {
		case len(e.commands[member]) > 0:
			c.Commands = append(c.Commands, member)
			return "from a command"
		case !secret.IsZero():
			return "in the file, " + secret.Describe()
		}
		return ""
	}
	c.BearerToken, c.IdentifyAccess, c.IdentifySecret = source("bearer_token"), source("identify_access_key"), source("identify_access_secret")
	slices.Sort(c.Commands)
	return c
}

func (p *program) showConfigPath() *cobra.Command {
	return &cobra.Command{
		Use: "path", Short: "Print the path of the configuration file", Long: "Print the path of the configuration file, whether or not it exists.",
		Example: "  chmod 600 \"$(acrcloud config path)\"",
		RunE: func(*cobra.Command, []string) error {
			path, err := p.configPath()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.out, path)
			return err
		},
	}
}
