package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/console"
)

func (p *program) projectConfig() *cobra.Command {
	var name, host string
	var yes bool
	c := &cobra.Command{
		Use: "config ID", Short: "Store a project's access key and secret in a named configuration",
		Long: "Store a project's access key, access secret and host in a named configuration, for 'acrcloud identify --config NAME'. A token is all that you\n" +
			"need to start. Other members of an existing configuration are kept. 'acrcloud config path' prints the path of the file. Only its owner can\n" +
			"read it. The secret is never shown.",
		Example: "  acrcloud projects config 15 --name radio\n  acrcloud identify song.mp3 --config radio",
		Args:    arguments(1, 1, aProject),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := number(args[0], "project", "projects list")
			if err != nil {
				return err
			}
			s, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			if s.mock != nil {
				return usagef("the embedded mock and its access keys end with the command: run 'acrcloud mock' and store its keys")
			}
			project, err := client.Projects().Get(c.Context(), id)
			if err != nil {
				return fmt.Errorf("project %d: %w", id, err)
			}
			if host == "" && s.config.BaseURL != "" {
				host = s.config.IdentifyHost // of the mock or proxy at BaseURL
			}
			return p.storeProject(c.Context(), project, name, host, yes)
		},
	}
	c.Flags().StringVar(&name, "name", "", "`name` of the configuration (default the project's name)")
	c.Flags().StringVar(&host, "identify-host", "", "`host` for identification, such as a proxy's (default the host of the project's region)")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "replace another access key without asking")
	return c
}

// storeProject writes what identification needs to the configuration file.
func (p *program) storeProject(ctx context.Context, project *console.Project, name, host string, yes bool) error {
	cfg := project.Config()
	if host != "" {
		cfg.IdentifyHost = host
	}
	switch {
	case cfg.IdentifyAccessKey.IsZero() || cfg.IdentifyAccessSecret.IsZero():
		return fmt.Errorf("project %d: the service did not return its access key and secret: copy them from the console", project.ID)
	case cfg.IdentifyHost == "":
		return usagef("cannot find the host of project %d, because its region %q is unknown: give it with --identify-host", project.ID, project.Region)
	}
	if name == "" {
		name = project.Name
	}
	if name == "" {
		name = "project-" + strconv.Itoa(project.ID)
	}
	key, secret := cfg.IdentifyAccessKey.Reveal(), cfg.IdentifyAccessSecret.Reveal()
	err := p.edit(func(objects []object) ([]object, error) {
		config, objects, err := objectOf(objects, name)
		if err != nil {
			return nil, err
		}
		if config.has("identify_access_key", key) || config.has("identify_access_secret", secret) {
			if err := p.confirm(ctx, yes, "Replace the access key and secret of configuration %q?", name); err != nil {
				return nil, err
			}
		}
		for _, m := range []struct{ member, value string }{{"identify_host", cfg.IdentifyHost}, {"identify_access_key", key}, {"identify_access_secret", secret}} {
			delete(config, m.member+commandSuffix)
			if config[m.member], err = json.Marshal(m.value); err != nil {
				return nil, err
			}
		}
		return objects, nil
	})
	if err != nil {
		return err
	}
	p.note("Configuration %q now has the access key and secret of project %d.", name, project.ID)
	return nil
}

// has reports whether the object has another secret than this one, or a command that prints one.
func (o object) has(member, value string) bool {
	var old string
	_ = json.Unmarshal(o[member], &old) // reading it as a configuration finds other types
	_, command := o[member+commandSuffix]
	return command || old != "" && old != value
}

// objectOf returns the configuration of a name, or a new one. A configuration without a name, which can only be the
// only one, gets the name by which it was found.
func objectOf(objects []object, name string) (object, []object, error) {
	for _, o := range objects {
		switch o.name() {
		case name:
			return o, objects, nil
		case "":
			raw, err := json.Marshal(defaultName)
			if err != nil {
				return nil, nil, err
			}
			o["name"] = raw
			if name == defaultName {
				return o, objects, nil
			}
		}
	}
	raw, err := json.Marshal(name)
	if err != nil {
		return nil, nil, err
	}
	o := object{"name": raw}
	return o, append(objects, o), nil
}
