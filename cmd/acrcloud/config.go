package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
)

// A configuration is what may be shown of an entry.
type configuration struct {
	Name           string   `json:"name"`
	BaseURL        string   `json:"base_url,omitempty"`
	ContainerID    int      `json:"container_id,omitempty"`
	BearerToken    string   `json:"bearer_token,omitempty"` // what kind of source it has, never the token
	IdentifyHost   string   `json:"identify_host,omitempty"`
	IdentifyAccess string   `json:"identify_access,omitempty"`
	Commands       []string `json:"commands,omitempty"` // the members that a command stands for
}

var configurationColumns = []column[configuration]{
	{"name", true, func(c configuration) string { return c.Name }},
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
	c := group("config", "List named configurations, and say where they are",
		"Named configurations are in a JSON file: that of --config-file or ACRCLOUD_CONFIG_FILE, else acrcloud/config.json in the user's folder for\n"+
			"configurations. Only its owner may read it (chmod 600). It is a list of objects:\n\n"+
			"  [{\"name\": \"scans\", \"bearer_token\": \"eyJ…\", \"container_id\": 10005},\n"+
			"   {\"name\": \"radio\", \"identify_host\": \"identify-eu-west-1.acrcloud.com\", \"identify_access_key\": \"…\",\n"+
			"    \"identify_access_secret_command\": [\"secret-tool\", \"lookup\", \"service\", \"acrcloud\"]}]\n\n"+
			"with the members name, base_url, region, bearer_token, container_id, identify_host, identify_access_key, identify_access_secret and\n"+
			"is_active. In place of a secret its member with \"_command\" names a command that prints it, such as that of a keyring; no shell is used.\n\n"+
			"--config or ACRCLOUD_CONFIG choose one by its name, and then no other variable counts. Without them the environment comes first, then\n"+
			"the only configuration, or the one named \"default\".",
		"  acrcloud config list\n  acrcloud config path\n  acrcloud doctor --config radio")
	c.AddCommand(p.listConfigurations(), p.showConfigPath())
	return c
}

func (p *program) listConfigurations() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List named configurations", Long: "List named configurations, without their secrets. No command of theirs is run.",
		Example: "  acrcloud config list -o json",
		RunE: func(*cobra.Command, []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			entries, _, err := p.entries()
			if errors.Is(err, errNoConfigurations) {
				return &usageError{text: err.Error()}
			}
			if err != nil {
				return err
			}
			return writeList(p, format, configurationColumns, func(yield func(configuration, error) bool) {
				for _, e := range entries {
					if !yield(e.shown(), nil) {
						return
					}
				}
			})
		},
	}
}

// shown is what may be shown.
func (e *entry) shown() configuration {
	c := configuration{Name: e.config.Name, BaseURL: e.config.BaseURL, ContainerID: e.config.ContainerID, IdentifyHost: e.config.IdentifyHost}
	source := func(set bool, member string) string {
		switch {
		case len(e.commands[member]) > 0:
			c.Commands = append(c.Commands, member)
			return "from a command"
		case set:
			return "in the file"
		}
		return ""
	}
	c.BearerToken = source(!e.config.BearerToken.IsZero(), "bearer_token")
	c.IdentifyAccess = source(!e.config.IdentifyAccessKey.IsZero(), "identify_access_key")
	if _, ok := e.commands["identify_access_secret"]; ok {
		c.Commands = append(c.Commands, "identify_access_secret")
	}
	slices.Sort(c.Commands)
	return c
}

func (p *program) showConfigPath() *cobra.Command {
	return &cobra.Command{
		Use: "path", Short: "Print where the configurations are", Long: "Print the path of the file with configurations, whether it is there or not.",
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
