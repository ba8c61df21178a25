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

// The globalFlags are those that every command knows.
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

// root makes the command with all others below it.
func (p *program) root() *cobra.Command {
	root := group("acrcloud", "Scan files for music, identify samples, log stations, and run a mock of ACRCloud",
		"Scan files for music, identify samples, log what stations play, look after containers, buckets and projects, receive callbacks, and run a mock\n"+
			"of ACRCloud.\n\n"+
			"Credentials come from the environment (ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID for File Scanning; ACRCLOUD_IDENTIFY_HOST,\n"+
			"ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET for identification) or from a named configuration: see\n"+
			"'acrcloud config --help'. With --mock there is no network, no account, and nothing is billed.\n\n"+exitCodes,
		"  acrcloud doctor\n  acrcloud containers list\n  acrcloud mock")
	root.Version = acrcloud.Version
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(flagError)
	f := root.PersistentFlags()
	f.StringVarP(&p.flags.format, "output", "o", "", "output `format`: table, json, jsonl, csv or html, where it applies")
	f.BoolVarP(&p.flags.quiet, "quiet", "q", false, "no progress and no notes, only results and errors")
	f.BoolVar(&p.flags.noColor, "no-color", false, "no colours; so does the variable NO_COLOR")
	f.BoolVar(&p.flags.verbose, "verbose", false, "log each attempt of a request to standard error")
	f.BoolVar(&p.flags.mock, "mock", false, "use the embedded mock, whatever credentials there are; so does ACRCLOUD_USE_MOCK=1")
	f.StringVarP(&p.flags.config, "config", "c", "", "`name` of a configuration in the file; so does ACRCLOUD_CONFIG")
	f.StringVar(&p.flags.configFile, "config-file", "", "`file` with configurations; so does ACRCLOUD_CONFIG_FILE")
	f.StringVar(&p.flags.token, "token", "", "Console API `token`; other users can read it in the list of processes: prefer ACRCLOUD_BEARER_TOKEN")
	f.IntVar(&p.flags.container, "container", 0, "`id` of the File Scanning container")
	f.StringVar(&p.flags.baseURL, "base-url", "", "`URL` of the Console API, such as that of a mock or a proxy")
	f.StringVar(&p.flags.region, "region", "", "`region` of the container, which is then not looked up")
	f.BoolVar(&p.flags.insecureHTTP, "insecure-http", false, "allow http:// to other machines; credentials can be read on the way")
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

// group makes a command that only holds others.
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

// meant names what was probably meant, or what there is.
func meant(name string, all []string) string {
	if name != "" {
		return fmt.Sprintf(": did you mean %q?", name)
	}
	return ": there are " + strings.Join(all, ", ")
}

// arguments checks how many arguments there are. names says what they are, as "FILE…".
func arguments(least, most int, names string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least && names != "":
			return &usageError{"name " + names, c.CommandPath()}
		case most >= 0 && len(args) > most:
			return &usageError{fmt.Sprintf("%q is one argument too many", args[most]), c.CommandPath()}
		case slices.Contains(args, ""):
			return &usageError{"an argument is empty: is a variable of your script not set?", c.CommandPath()}
		}
		return nil
	}
}

// flagError names the flag that was probably meant.
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

// adopt gives the mistakes that any command finds the command's name, and refuses arguments where none are said to be expected.
func adopt(c *cobra.Command) {
	if c.Args == nil {
		c.Args = arguments(0, 0, "")
	}
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			err := run(c, args)
			if e, ok := err.(*usageError); ok && e.command == "" { //nolint:errorlint // one that is wrapped has its text in the middle of another
				e.command = c.CommandPath()
			}
			return err
		}
	}
	for _, sub := range c.Commands() {
		adopt(sub)
	}
}
