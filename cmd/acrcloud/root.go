package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// A globalFlags holds the flags of every command.
type globalFlags struct {
	format       string
	quiet        bool
	noColor      bool
	verbose      bool
	mock         bool
	config       string
	configFile   string
	token        string
	container    int
	baseURL      string
	region       string
	insecureHTTP bool
}

// root returns the root command, with all others below it.
func (p *program) root() *cobra.Command {
	root := group("acrcloud", "Scan files for music, identify samples, log stations, and run a mock of ACRCloud",
		"Scan files for music, identify samples, log what stations play, manage containers, buckets and projects, receive callbacks, and run a mock\n"+
			"of ACRCloud.\n\n"+
			"Credentials come from the environment (ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID for File Scanning; ACRCLOUD_IDENTIFY_HOST,\n"+
			"ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET for identification) or from a named configuration: see\n"+
			"'acrcloud config --help'. With --mock the command needs no network and no account, and nothing is billed.\n\n"+exitCodes,
		"  acrcloud doctor\n  acrcloud containers list\n  acrcloud mock")
	root.Version = acrcloud.Version
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(flagError)
	f := root.PersistentFlags()
	f.StringVarP(&p.flags.format, "output", "o", "", "output `format`: table, json, jsonl, csv or html, where it applies")
	f.BoolVarP(&p.flags.quiet, "quiet", "q", false, "print only results and errors, no progress and no notes")
	f.BoolVar(&p.flags.noColor, "no-color", false, "no colours; the variable NO_COLOR has the same effect")
	f.BoolVar(&p.flags.verbose, "verbose", false, "log each attempt of a request to standard error")
	f.BoolVar(&p.flags.mock, "mock", false, "use the embedded mock, even if there are credentials; the same as ACRCLOUD_USE_MOCK=1")
	f.StringVarP(&p.flags.config, "config", "c", "", "`name` of the configuration to use; the same as ACRCLOUD_CONFIG")
	f.StringVar(&p.flags.configFile, "config-file", "", "`file` with configurations; the same as ACRCLOUD_CONFIG_FILE")
	f.StringVar(&p.flags.token, "token", "", "Console API `token`; other users can read it in the list of processes: prefer ACRCLOUD_BEARER_TOKEN")
	f.IntVar(&p.flags.container, "container", 0, "`id` of the File Scanning container")
	f.StringVar(&p.flags.baseURL, "base-url", "", "`URL` of the Console API, such as that of a mock or a proxy")
	f.StringVar(&p.flags.region, "region", "", "`region` of the container, instead of looking it up")
	f.BoolVar(&p.flags.insecureHTTP, "insecure-http", false, "allow http:// to other machines; others can read the credentials on the network")
	root.AddCommand(p.bucketsCommand(), p.configCommand(), p.containersCommand(), p.doctorCommand(), p.exportCommand(), p.filesCommand(), p.identifyCommand(), p.listenCommand(), p.manCommand(), p.metadataCommand(), p.mockCommand(), p.playsCommand(), p.projectsCommand(), p.scanCommand(), p.versionCommand())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			describeCompletion(c)
		}
	}
	root.InitDefaultHelpCmd()
	adopt(root)
	return root
}

// group returns a command that only holds others.
func group(use, short, long, example string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long, Example: example,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, sub := range c.Commands() {
				if sub.IsAvailableCommand() {
					names = append(names, sub.Name())
				}
			}
			return &usageError{fmt.Sprintf("there is no command %q%s", strings.TrimSpace(c.CommandPath()+" "+args[0]), meant(nearest.Key(args[0], names), names)), c.CommandPath()}
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
}

// meant suggests the name that was probably meant, or lists all names.
func meant(name string, all []string) string {
	if name != "" {
		return fmt.Sprintf(": did you mean %q?", name)
	}
	return ": choose from " + strings.Join(all, ", ")
}

// arguments checks the number of arguments. names describes them, such as "the files to scan".
func arguments(least, most int, names string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least && names != "":
			return &usageError{"name " + names, c.CommandPath()}
		case most >= 0 && len(args) > most:
			return &usageError{fmt.Sprintf("unexpected argument %q", args[most]), c.CommandPath()}
		case slices.Contains(args, ""):
			return &usageError{"an argument is empty: check the variables of your script", c.CommandPath()}
		}
		return nil
	}
}

// flagError suggests the flag that was probably meant.
func flagError(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return &usageError{err.Error(), c.CommandPath()}
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return &usageError{fmt.Sprintf("there is no flag -%s", name), c.CommandPath()}
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	text := fmt.Sprintf("there is no flag --%s", name)
	if near := nearest.Key(name, names); near != "" {
		text += fmt.Sprintf(": did you mean --%s?", near)
	}
	return &usageError{text, c.CommandPath()}
}

// adopt adds the command's name to usage errors of all commands, and makes commands that expect no arguments refuse
// them.
func adopt(c *cobra.Command) {
	if c.Args == nil {
		c.Args = arguments(0, 0, "")
	}
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			err := run(c, args)
			if e, ok := err.(*usageError); ok && e.command == "" { //nolint:errorlint // a wrapped one is part of another message
				e.command = c.CommandPath()
			}
			return err
		}
	}
	for _, sub := range c.Commands() {
		adopt(sub)
	}
}
