package main

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// projectColumns are the columns of a project, without its access key.
var projectColumns = []column[*console.Project]{
	{"id", true, func(p *console.Project) string { return strconv.Itoa(p.ID) }},
	{"name", false, func(p *console.Project) string { return p.Name }},
	{"region", false, func(p *console.Project) string { return string(p.Region) }},
	{"type", false, func(p *console.Project) string { return string(p.Type) }},
	{"audio_type", false, func(p *console.Project) string { return string(p.AudioType) }},
	{"buckets", false, func(p *console.Project) string { return bucketNames(p.Buckets) }},
	{"created_at", false, func(p *console.Project) string { return timestamp(p.CreatedAt) }},
}

// bucketNames returns the names of a project's buckets.
func bucketNames(buckets []*console.Bucket) string {
	return joined(buckets, func(b *console.Bucket) string {
		if b == nil {
			return ""
		}
		if b.Name == "" {
			return strconv.Itoa(b.ID)
		}
		return b.Name
	})
}

// The values of --type for projects.
var projectTypes = []string{string(console.AudioVideoRecognition), string(console.LiveChannelDetection), string(console.HumRecognition)}

func (p *program) projectsCommand() *cobra.Command {
	c := group("projects", "Manage recognition projects, and list monitoring projects",
		"Manage recognition projects, whose access keys identify samples, and list the projects that monitor streams and channels.\n"+
			"These calls are not billed. The token needs the scopes read-base-projects and write-base-projects, or read-bm-cs-projects for streams and\n"+
			"read-bm-bd-projects for channels.",
		"  acrcloud projects list\n  acrcloud projects config 15 --name radio\n  acrcloud projects usage 15 --from 2026-01-01 --to 2026-01-31\n  acrcloud projects streams")
	c.Aliases = []string{"project"}
	c.AddCommand(p.listProjects(), p.getProject(), p.createProject(), p.updateProject(), p.deleteProject(), p.projectConfig(), p.projectUsage(), p.projectStatistics(),
		p.projectStreams(), p.projectChannels())
	return c
}

func (p *program) listProjects() *cobra.Command {
	var region, kind string
	c := &cobra.Command{
		Use: "list", Short: "List recognition projects", Long: "List the account's recognition projects, without their access keys and secrets.",
		Example: "  acrcloud projects list\n  acrcloud projects list --in eu-west-1 --type AVR -o csv",
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if kind != "" {
				if kind, err = word("type", kind, projectTypes); err != nil {
					return err
				}
			}
			_, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			return writeList(p, format, projectColumns, client.Projects().All(c.Context(), &console.ListProjectsOptions{Region: acrcloud.Region(region), Type: console.ProjectType(kind)}))
		},
	}
	c.Flags().StringVar(&region, "in", "", "list only those in this `region`")
	c.Flags().StringVar(&kind, "type", "", "only those of a `type`: AVR audio and video recognition, LCD live channel detection, HR humming")
	return c
}

const aProject = "the id of the project; 'acrcloud projects list' lists them"

func (p *program) getProject() *cobra.Command {
	return &cobra.Command{
		Use: "get ID", Short: "Show a project", Long: "Show a project. -o json has everything that the service returns, except the access key and secret, which 'acrcloud projects config' stores.",
		Example: "  acrcloud projects get 15 -o json",
		Args:    arguments(1, 1, aProject),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withProject(c.Context(), args[0], func(projects *console.Projects, id int) (*console.Project, error) {
				return projects.Get(c.Context(), id)
			})
		},
	}
}

// withProject calls the service for a project and shows what it returns.
func (p *program) withProject(ctx context.Context, arg string, call func(*console.Projects, int) (*console.Project, error)) error {
	format, err := p.format(listFormats...)
	if err != nil {
		return err
	}
	id, err := number(arg, "project", "projects list")
	if err != nil {
		return err
	}
	_, client, err := p.managing(ctx)
	if err != nil {
		return err
	}
	project, err := call(client.Projects(), id)
	if err != nil {
		return fmt.Errorf("project %d: %w", id, err)
	}
	return writeOne(p, format, projectColumns, project)
}

// writeOne writes one item. As JSON it is not in a list.
func writeOne[T any](p *program, format string, columns []column[T], item T) error {
	if format == formatJSON {
		return writeJSON(p.out, item)
	}
	return writeList(p, format, columns, single(item))
}

func (p *program) createProject() *cobra.Command {
	var region, kind, audioType string
	var buckets []int
	var ids []string
	c := &cobra.Command{
		Use: "create NAME", Short: "Create a recognition project",
		Long: "Create a recognition project. --in and --bucket are required; bucket 23 is \"ACRCloud Music\". 'acrcloud projects config' then stores its access\n" +
			"key and secret in a named configuration for 'acrcloud identify'.",
		Example: "  acrcloud projects create app --in eu-west-1 --bucket 23",
		Args:    arguments(1, 1, "the new project"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if kind, err = word("type", kind, projectTypes); err != nil {
				return err
			}
			if region == "" || len(buckets) == 0 {
				return usagef("a project needs --in and --bucket, such as --in eu-west-1 --bucket 23")
			}
			_, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			project, err := client.Projects().Create(c.Context(), console.CreateProjectRequest{
				Name: args[0], Region: acrcloud.Region(region), Type: console.ProjectType(kind), Buckets: buckets, AudioType: console.AudioType(audioType), ExternalIDs: ids,
			})
			if err != nil {
				return fmt.Errorf("project %q: %w", args[0], err)
			}
			return writeOne(p, format, projectColumns, project)
		},
	}
	f := c.Flags()
	f.StringVar(&region, "in", "", "`region`: eu-west-1, us-west-2 or ap-southeast-1; required")
	f.StringVar(&kind, "type", projectTypes[0], "`type`: AVR audio and video recognition, LCD live channel detection, HR humming")
	f.IntSliceVar(&buckets, "bucket", nil, "`id` of a bucket to compare with, such as 23; required; may be repeated")
	f.StringVar(&audioType, "audio-type", "", "linein for original files, recorded for microphone recordings (default linein)")
	f.StringSliceVar(&ids, "external-id", nil, "`ids` that results include, such as isrc,upc,spotify; may be repeated")
	return c
}

func (p *program) updateProject() *cobra.Command {
	var name, audioType string
	var buckets []int
	c := &cobra.Command{
		Use: "update ID", Short: "Change a project", Long: "Change the settings that are given, and leave the others as they are. The region and the type cannot change.",
		Example: "  acrcloud projects update 15 --bucket 23 --bucket 5001",
		Args:    arguments(1, 1, aProject),
		RunE: func(c *cobra.Command, args []string) error {
			r := console.UpdateProjectRequest{Name: changed(c, "name", &name), Buckets: buckets}
			if c.Flags().Changed("audio-type") {
				t := console.AudioType(audioType)
				r.AudioType = &t
			}
			if r.Name == nil && r.Buckets == nil && r.AudioType == nil {
				return usagef("there is nothing to change: give --name, --bucket or --audio-type")
			}
			return p.withProject(c.Context(), args[0], func(projects *console.Projects, id int) (*console.Project, error) {
				return projects.Update(c.Context(), id, r)
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "a new `name`")
	c.Flags().IntSliceVar(&buckets, "bucket", nil, "`id` of a bucket to compare with; replaces the present buckets; may be repeated")
	c.Flags().StringVar(&audioType, "audio-type", "", "linein for original files, recorded for microphone recordings")
	return c
}

func (p *program) deleteProject() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete ID", Short: "Delete a project", Long: "Delete a project. Programs with its access key can no longer identify anything. It cannot be undone: on a terminal you are asked, elsewhere\n--yes is required.",
		Example: "  acrcloud projects delete 15 --yes",
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
			if err := p.confirm(c.Context(), yes, "Delete project %d at %s? Its access key will stop working.", id, s.name()); err != nil {
				return err
			}
			if err := client.Projects().Delete(c.Context(), id); err != nil {
				return fmt.Errorf("project %d: %w", id, err)
			}
			p.note("Project %d is deleted.", id)
			return nil
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return c
}

var usageColumns = []column[*console.DayUsage]{
	{"date", true, func(u *console.DayUsage) string { return u.Date }},
	{"result", false, func(u *console.DayUsage) string { return strconv.Itoa(u.Result) }},
	{"noresult", false, func(u *console.DayUsage) string { return strconv.Itoa(u.NoResult) }},
	{"error", false, func(u *console.DayUsage) string { return strconv.Itoa(u.Error) }},
}

func (p *program) projectUsage() *cobra.Command {
	var d dayFlags
	c := &cobra.Command{
		Use: "usage ID", Short: "Show how many identifications a project has made each day",
		Long: "Show how many identifications a project has made each day: with a result, without one, and in error. The default is the last 30 days.\n" +
			"The console uses this call; the documentation does not mention it.",
		Example: "  acrcloud projects usage 15\n  acrcloud projects usage 15 --from 2026-01-01 --to 2026-01-31 -o csv",
		Args:    arguments(1, 1, aProject),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			client, id, days, err := p.daysOfProject(c.Context(), args[0], &d)
			if err != nil {
				return err
			}
			usage, err := client.Projects().DayUsage(c.Context(), id, days)
			if err != nil {
				return fmt.Errorf("project %d: %w", id, err)
			}
			return writeList(p, format, usageColumns, listed(usage))
		},
	}
	d.register(c)
	return c
}

// daysOfProject returns what a command about a project's days needs. Without dates they are the last 30.
func (p *program) daysOfProject(ctx context.Context, project string, d *dayFlags) (client *console.Client, id int, days console.DateRange, err error) {
	if id, err = number(project, "project", "projects list"); err != nil {
		return nil, 0, days, err
	}
	if days, err = d.days(time.UTC, time.Now(), -29, 0); err != nil {
		return nil, 0, days, err
	}
	_, client, err = p.managing(ctx)
	return client, id, days, err
}

// listed returns the items as a list.
func listed[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (p *program) projectStatistics() *cobra.Command {
	var d dayFlags
	c := &cobra.Command{
		Use: "statistics ID", Short: "Print the statistics of a project, unchanged",
		Long:    "Print the statistics of a project as the service returns them. Their form is not documented. 'acrcloud projects usage' shows numbers in columns.\nThe default is the last 30 days.",
		Example: "  acrcloud projects statistics 15 --from 2026-01-01 --to 2026-01-31",
		Args:    arguments(1, 1, aProject),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := p.format(formatJSON); err != nil {
				return err
			}
			client, id, days, err := p.daysOfProject(c.Context(), args[0], &d)
			if err != nil {
				return err
			}
			raw, err := client.Projects().Statistics(c.Context(), id, days)
			if err != nil {
				return fmt.Errorf("project %d: %w", id, err)
			}
			return writeJSON(p.out, raw)
		},
	}
	d.register(c)
	return c
}

var streamProjectColumns = []column[*console.StreamProject]{
	{"id", true, func(p *console.StreamProject) string { return strconv.Itoa(p.ID) }},
	{"name", false, func(p *console.StreamProject) string { return p.Name }},
	{"region", false, func(p *console.StreamProject) string { return string(p.Region) }},
	{"type", false, func(p *console.StreamProject) string { return string(p.Type) }},
	{"streams", false, func(p *console.StreamProject) string { return strconv.Itoa(p.MonitoringNum) }},
	{"buckets", false, func(p *console.StreamProject) string { return bucketNames(p.Buckets) }},
	{"created_at", false, func(p *console.StreamProject) string { return timestamp(p.CreatedAt) }},
}

var streamColumns = []column[*console.Stream]{
	{"id", true, func(s *console.Stream) string { return s.ID }},
	{"name", false, func(s *console.Stream) string { return s.Name }},
	{"state", false, func(s *console.Stream) string { return s.State }},
	{"recorded", false, func(s *console.Stream) string { return strconv.FormatBool(s.Timemap) }},
	{"url", false, func(s *console.Stream) string {
		if s.CurrentURL == "" && len(s.URLs) > 0 {
			return s.URLs[0]
		}
		return s.CurrentURL
	}},
	{"created_at", false, func(s *console.Stream) string { return timestamp(s.CreatedAt) }},
}

func (p *program) projectStreams() *cobra.Command {
	var search, state string
	c := &cobra.Command{
		Use: "streams [PROJECT]", Short: "List projects that monitor streams of your own, or the streams of one",
		Long:    "List the projects that monitor streams of your own, or the streams of one project. 'acrcloud plays' shows what they played.",
		Example: "  acrcloud projects streams\n  acrcloud projects streams 13528 --state Timeout -o csv",
		Args:    arguments(0, 1, ""),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if search != "" || state != "" {
					return usagef("--search and --state apply to the streams of one project: give its id")
				}
				_, client, err := p.managing(c.Context())
				if err != nil {
					return err
				}
				return writeList(p, format, streamProjectColumns, client.StreamProjects().All(c.Context(), nil))
			}
			id, err := number(args[0], "project", "projects streams")
			if err != nil {
				return err
			}
			_, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			streams := client.Streams(id).All(c.Context(), &console.ListStreamsOptions{Search: search, State: state})
			return writeList(p, format, streamColumns, named(fmt.Sprintf("project %d", id), streams))
		},
	}
	c.Flags().StringVar(&search, "search", "", "only streams with this `text` in their name, id, URL or remark")
	c.Flags().StringVar(&state, "state", "", "only streams in this `state`, as the list shows it")
	return c
}

// named prefixes errors with the name of what is listed.
func named[T any](what string, items iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if err != nil {
				err = fmt.Errorf("%s: %w", what, err)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

var channelProjectColumns = []column[*console.ChannelProject]{
	{"id", true, func(p *console.ChannelProject) string { return strconv.Itoa(p.ID) }},
	{"name", false, func(p *console.ChannelProject) string { return p.Name }},
	{"region", false, func(p *console.ChannelProject) string { return string(p.Region) }},
	{"type", false, func(p *console.ChannelProject) string { return p.Type }},
	{"channels", false, func(p *console.ChannelProject) string { return strconv.Itoa(p.MonitoringNum) }},
	{"buckets", false, func(p *console.ChannelProject) string { return bucketNames(p.Buckets) }},
	{"created_at", false, func(p *console.ChannelProject) string { return timestamp(p.CreatedAt) }},
}

var channelColumns = []column[*console.Channel]{
	{"id", true, func(c *console.Channel) string { return strconv.Itoa(c.ID) }},
	{"name", false, func(c *console.Channel) string { return c.Name }},
	{"sub_title", false, func(c *console.Channel) string { return c.SubTitle }},
	{"city", false, func(c *console.Channel) string { return c.City }},
	{"country", false, func(c *console.Channel) string { return c.Country }},
	{"language", false, func(c *console.Channel) string { return c.Language }},
	{"recorded", false, func(c *console.Channel) string { return strconv.FormatBool(c.Timemap) }},
	{"status_code", false, func(c *console.Channel) string { return strconv.Itoa(c.StatusCode) }},
}

// searches are the values of --search-by.
var searches = []string{string(console.SearchChannelName), string(console.SearchChannelID), string(console.SearchCity), string(console.SearchCustomID), string(console.SearchMyTunerID)}

func (p *program) projectChannels() *cobra.Command {
	var search, by string
	c := &cobra.Command{
		Use: "channels [PROJECT]", Short: "List projects that monitor channels of the service's database, or the channels of one",
		Long:    "List the projects that monitor radio and TV channels of the service's database, or the channels of one project.\n'acrcloud plays' shows what they played.",
		Example: "  acrcloud projects channels\n  acrcloud projects channels 179 --search Bern --search-by city",
		Args:    arguments(0, 1, ""),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if search != "" {
					return usagef("--search applies to the channels of one project: give its id")
				}
				_, client, err := p.managing(c.Context())
				if err != nil {
					return err
				}
				projects, err := client.ChannelProjects().List(c.Context(), "")
				if err != nil {
					return err
				}
				return writeList(p, format, channelProjectColumns, listed(projects))
			}
			id, err := number(args[0], "project", "projects channels")
			if err != nil {
				return err
			}
			opts := &console.ListChannelsOptions{}
			if search != "" {
				if by, err = word("search-by", by, searches); err != nil {
					return err
				}
				opts.Search, opts.SearchBy = search, console.ChannelSearch(by)
			}
			_, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			return writeList(p, format, channelColumns, named(fmt.Sprintf("project %d", id), client.Channels(id).All(c.Context(), opts)))
		},
	}
	c.Flags().StringVar(&search, "search", "", "only channels with this `text`")
	c.Flags().StringVar(&by, "search-by", searches[0], "`where` to search: "+joined(searches[1:], text.Terminal)+" (default channel_name)")
	return c
}
