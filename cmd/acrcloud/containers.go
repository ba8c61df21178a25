package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// containerColumns are the columns of a container.
var containerColumns = []column[*filescan.Container]{
	{"id", true, func(c *filescan.Container) string { return strconv.Itoa(c.ID) }},
	{"name", false, func(c *filescan.Container) string { return c.Name }},
	{"region", false, func(c *filescan.Container) string { return string(c.Region) }},
	{"engine", false, func(c *filescan.Container) string { return c.Engine.String() }},
	{"audio_type", false, func(c *filescan.Container) string { return string(c.AudioType) }},
	{"buckets", false, func(c *filescan.Container) string {
		names := make([]string, len(c.Buckets))
		for i, b := range c.Buckets {
			if names[i] = b.Name; b.Name == "" {
				names[i] = strconv.Itoa(b.ID)
			}
		}
		return strings.Join(names, ", ")
	}},
	{"created_at", false, func(c *filescan.Container) string { return timestamp(c.CreatedAt) }},
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (p *program) containersCommand() *cobra.Command {
	c := group("containers", "List, create, change and delete containers", "Manage the account's containers. A container holds files and determines what to look for in them.\nNothing here is billed.",
		"  acrcloud containers list\n  acrcloud containers get 10005 -o json")
	c.Aliases = []string{"container"}
	c.AddCommand(p.listContainers(), p.getContainer(), p.createContainer(), p.updateContainer(), p.deleteContainer())
	return c
}

func (p *program) listContainers() *cobra.Command {
	var region, name string
	c := &cobra.Command{
		Use: "list", Short: "List containers", Long: "List all containers of the account.",
		Example: "  acrcloud containers list\n  acrcloud containers list --in eu-west-1 -o csv",
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			_, client, err := p.scanning(c.Context())
			if err != nil {
				return err
			}
			all := client.Containers().All(c.Context(), &filescan.ListContainersOptions{Region: acrcloud.Region(region), Name: name})
			return writeList(p, format, containerColumns, all)
		},
	}
	c.Flags().StringVar(&region, "in", "", "list only those in this `region`")
	c.Flags().StringVar(&name, "name", "", "list only containers whose `name` matches, as the service decides")
	return c
}

func (p *program) getContainer() *cobra.Command {
	return &cobra.Command{
		Use: "get ID", Short: "Show a container", Long: "Show a container. -o json has everything that the service returns, except the callback URL, which may contain a secret.",
		Example: "  acrcloud containers get 10005 -o json",
		Args:    arguments(1, 1, "the id of the container"),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withContainer(c.Context(), args[0], func(client *filescan.Client, id int) (*filescan.Container, error) {
				return client.Containers().Get(c.Context(), id)
			})
		},
	}
}

// withContainer calls the service for a container and shows what it returns.
func (p *program) withContainer(ctx context.Context, arg string, call func(*filescan.Client, int) (*filescan.Container, error)) error {
	format, err := p.format(listFormats...)
	if err != nil {
		return err
	}
	id, err := containerID(arg)
	if err != nil {
		return err
	}
	_, client, err := p.scanning(ctx)
	if err != nil {
		return err
	}
	container, err := call(client, id)
	if err != nil {
		return fmt.Errorf("container %d: %w", id, err)
	}
	return p.showContainer(format, container)
}

func (p *program) showContainer(format string, container *filescan.Container) error {
	if format == formatJSON {
		return writeJSON(p.out, container)
	}
	return writeList(p, format, containerColumns, single(container))
}

func containerID(arg string) (int, error) {
	id, err := strconv.Atoi(arg)
	if err != nil || id <= 0 {
		return 0, usagef("%q is not a container id: give a positive number, as 'acrcloud containers list' shows it", arg)
	}
	return id, nil
}

// A containerSettings holds the flags of create and update.
type containerSettings struct {
	name, audioType, callbackEnv string
	buckets                      []string
	engine, points               int
	deepright, speech, ai        bool
}

func (s *containerSettings) register(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&s.buckets, "bucket", nil, "`id or name` of a bucket to compare with, such as 23; may be repeated")
	f.IntVar(&s.engine, "engine", 0, "what to look for: 1 fingerprint, 2 covers, 3 both, 4 speech to text, 5 AI music")
	f.StringVar(&s.audioType, "audio-type", "", "linein for original files, recorded for microphone recordings")
	f.IntVar(&s.points, "points", 0, "examine this many positions of a file instead of all of it")
	f.StringVar(&s.callbackEnv, "callback-url-env", "", "`variable` with the URL to which results are posted; it may contain a secret")
	f.BoolVar(&s.deepright, "deepright", false, "derivative works detection")
	f.BoolVar(&s.speech, "music-detection", false, "music and speech segments")
	f.BoolVar(&s.ai, "ai-detection", false, "AI-generated music")
}

// bucketList parses the buckets of the flag.
func (s *containerSettings) bucketList() []filescan.Bucket {
	var list []filescan.Bucket
	for _, b := range s.buckets {
		if id, err := strconv.Atoi(b); err == nil {
			list = append(list, filescan.BucketID(id))
		} else {
			list = append(list, filescan.BucketName(b))
		}
	}
	return list
}

func (p *program) createContainer() *cobra.Command {
	var s containerSettings
	var region string
	c := &cobra.Command{
		Use: "create NAME", Short: "Create a container", Long: "Create a container. Engines 1 to 3 find nothing without a bucket to compare with; bucket 23 is \"ACRCloud Music\".",
		Example: "  acrcloud containers create catalogue --in eu-west-1 --engine 1 --bucket 23",
		Args:    arguments(1, 1, "the new container"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			callback, err := s.callback()
			if err != nil {
				return err
			}
			_, client, err := p.scanning(c.Context())
			if err != nil {
				return err
			}
			r := &filescan.CreateContainerRequest{
				Name: args[0], Region: acrcloud.Region(region), AudioType: filescan.AudioType(s.audioType), Buckets: s.bucketList(), Engine: filescan.Engine(s.engine),
				Deepright: changed(c, "deepright", &s.deepright), MusicDetection: changed(c, "music-detection", &s.speech), AIDetection: changed(c, "ai-detection", &s.ai),
			}
			if c.Flags().Changed("points") {
				r.Policy = filescan.Points(s.points)
			}
			if callback != nil {
				r.CallbackURL = *callback
			}
			container, err := client.Containers().Create(c.Context(), r)
			if err != nil {
				return fmt.Errorf("container %q: %w", args[0], err)
			}
			return p.showContainer(format, container)
		},
	}
	c.Flags().StringVar(&region, "in", "", "`region` in which files are stored: eu-west-1, us-west-2 or ap-southeast-1; required")
	s.register(c)
	return c
}

// callback returns the URL in the variable that the flag names, or nil.
func (s *containerSettings) callback() (*acrcloud.Secret, error) {
	if s.callbackEnv == "" {
		return nil, nil
	}
	if url, ok := environment(s.callbackEnv); ok {
		secret := acrcloud.NewSecret(url)
		return &secret, nil
	}
	return nil, usagef("--callback-url-env names the variable %s, which is not set", s.callbackEnv)
}

// changed returns the value of a flag that was given, or nil.
func changed[T any](c *cobra.Command, flag string, value *T) *T {
	if !c.Flags().Changed(flag) {
		return nil
	}
	return value
}

func (p *program) updateContainer() *cobra.Command {
	var s containerSettings
	c := &cobra.Command{
		Use: "update ID", Short: "Change a container", Long: "Change the settings that are given, and leave the others as they are. The region cannot change.",
		Example: "  acrcloud containers update 10005 --name archive --bucket 23 --bucket mine",
		Args:    arguments(1, 1, "the id of the container"),
		RunE: func(c *cobra.Command, args []string) error {
			callback, err := s.callback()
			if err != nil {
				return err
			}
			r := &filescan.UpdateContainerRequest{
				Name: changed(c, "name", &s.name), Buckets: s.bucketList(), CallbackURL: callback,
				Deepright: changed(c, "deepright", &s.deepright), MusicDetection: changed(c, "music-detection", &s.speech), AIDetection: changed(c, "ai-detection", &s.ai),
			}
			if c.Flags().Changed("audio-type") {
				t := filescan.AudioType(s.audioType)
				r.AudioType = &t
			}
			if c.Flags().Changed("engine") {
				e := filescan.Engine(s.engine)
				r.Engine = &e
			}
			if c.Flags().Changed("points") {
				policy := filescan.Points(s.points)
				r.Policy = &policy
			}
			return p.withContainer(c.Context(), args[0], func(client *filescan.Client, id int) (*filescan.Container, error) {
				return client.Containers().Update(c.Context(), id, r)
			})
		},
	}
	c.Flags().StringVar(&s.name, "name", "", "a new `name`")
	s.register(c)
	return c
}

func (p *program) deleteContainer() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete ID", Short: "Delete a container and its files", Long: "Delete a container with all files in it. This cannot be undone. On a terminal the command asks first; elsewhere --yes is required.",
		Example: "  acrcloud containers delete 10005 --yes",
		Args:    arguments(1, 1, "the id of the container"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := containerID(args[0])
			if err != nil {
				return err
			}
			s, client, err := p.scanning(c.Context())
			if err != nil {
				return err
			}
			if err := p.confirm(c.Context(), yes, "Delete container %d and all its files at %s?", id, s.name()); err != nil {
				return err
			}
			if err := client.Containers().Delete(c.Context(), id); err != nil {
				return fmt.Errorf("container %d: %w", id, err)
			}
			p.note("Container %d is deleted.", id)
			return nil
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return c
}
