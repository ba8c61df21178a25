package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// fileColumns are the columns of a file in a list, which has no results.
var fileColumns = []column[*filescan.File]{
	{"id", true, func(f *filescan.File) string { return f.ID }},
	{"name", false, func(f *filescan.File) string { return f.Name }},
	{"state", false, func(f *filescan.File) string { return f.State.String() }},
	{"duration_s", false, func(f *filescan.File) string { return seconds(f.Duration) }},
	{"created_at", false, func(f *filescan.File) string { return timestamp(f.CreatedAt) }},
}

func seconds(s float64) string {
	if s == 0 {
		return ""
	}
	return strconv.FormatFloat(s, 'f', -1, 64)
}

// states are the values of --state.
var states = map[string]filescan.State{
	"processing": filescan.StateProcessing, "ready": filescan.StateReady, "no-results": filescan.StateNoResults, "failed": filescan.StateFailed, "error": filescan.StateError,
}

var stateNames = []string{"processing", "ready", "no-results", "failed", "error"}

func (p *program) filesCommand() *cobra.Command {
	c := group("files", "List, show, rescan and delete the files of a container",
		"Manage the files of a container: the configured one, or --container. Only rescan is billed.",
		"  acrcloud files list --container 10005\n  acrcloud files get 7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10 -o json")
	c.Aliases = []string{"file"}
	c.AddCommand(p.listFiles(), p.getFiles(), p.rescanFiles(), p.deleteFiles())
	return c
}

func (p *program) listFiles() *cobra.Command {
	var search, state string
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List files", Long: "List the files of a container, without results. 'acrcloud export' includes results.",
		Example: "  acrcloud files list --state failed\n  acrcloud files list --search song -o jsonl",
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			opts := &filescan.ListFilesOptions{Search: search}
			if state != "" {
				s, ok := states[state]
				if !ok {
					return usagef("--state is %q%s", state, meant(nearest.Key(state, stateNames), stateNames))
				}
				opts.State = &s
			}
			if limit < 0 {
				return usagef("--limit is %d: give a positive number, or 0 for all", limit)
			}
			_, files, err := p.container(c.Context())
			if err != nil {
				return err
			}
			return writeList(p, format, fileColumns, first(files.All(c.Context(), opts), limit))
		},
	}
	c.Flags().StringVar(&search, "search", "", "only files with this `text` in their name or URI")
	c.Flags().StringVar(&state, "state", "", "only files in this `state`: "+strings.Join(stateNames, ", "))
	c.Flags().IntVar(&limit, "limit", 0, "show at most this many; 0 for all")
	return c
}

// first ends a list after n items. If n is 0, it does not.
func first[T any](items iter.Seq2[T, error], n int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		left := n
		for item, err := range items {
			if !yield(item, err) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

func (p *program) getFiles() *cobra.Command {
	var rules string
	c := &cobra.Command{
		Use: "get ID...", Short: "Show files with their results and verdicts",
		Long: "Show files with their matches, and a verdict by rules (docs/assessment.md). -o json has everything that the service returns\n" +
			"under \"file\" and the verdict under \"assessment\"; -o html is a page to open in a browser.",
		Example: "  acrcloud files get 7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10\n  acrcloud files get 7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10 -o html > report.html",
		Args:    arguments(1, -1, "the id of a file; 'acrcloud files list' lists them"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(resultFormats...)
			if err != nil {
				return err
			}
			verdicts, err := readRules(rules)
			if err != nil {
				return err
			}
			_, files, err := p.container(c.Context())
			if err != nil {
				return err
			}
			return p.writeResults(format, fetch(c.Context(), files, args), verdicts)
		},
	}
	c.Flags().StringVar(&rules, "rules", "", "JSON `file` with the rules of the verdict")
	return c
}

// fetch yields files by their ids.
func fetch(ctx context.Context, files *filescan.Files, ids []string) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		for _, id := range ids {
			file, err := files.Get(ctx, id)
			if err != nil {
				err = fmt.Errorf("file %s: %w", id, err)
			}
			if !yield(file, err) || err != nil {
				return
			}
		}
	}
}

func (p *program) rescanFiles() *cobra.Command {
	var yes, wait bool
	var most int
	var rules string
	c := &cobra.Command{
		Use: "rescan ID...", Short: "Scan files again with the container's present settings",
		Long:    "Scan files again with the container's present settings. Each is presumably billed again.",
		Example: "  acrcloud files rescan 7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10 --wait",
		Args:    arguments(1, -1, "the id of a file; 'acrcloud files list' lists them"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(resultFormats...)
			if err != nil {
				return err
			}
			if format == formatHTML && !wait {
				return usagef("-o html needs --wait: there are no results yet")
			}
			verdicts, err := readRules(rules)
			if err != nil {
				return err
			}
			ids := unique(args)
			s, files, err := p.container(c.Context())
			if err != nil {
				return err
			}
			if err := p.billed(c.Context(), s, "Rescanning "+count(len(ids), "file"), len(ids), most, yes); err != nil {
				return err
			}
			before := map[string]time.Time{}
			if wait {
				for _, id := range ids {
					file, err := files.Get(c.Context(), id)
					if err != nil {
						return fmt.Errorf("file %s: %w", id, err)
					}
					before[id] = file.UpdatedAt
				}
			}
			rescanned, err := files.Rescan(c.Context(), ids...)
			if err != nil {
				return err
			}
			if !wait {
				return writeList(p, format, fileColumns, filescan.FilesOf(rescanned...))
			}
			return p.writeResults(format, await(c.Context(), files, ids, before, s), verdicts)
		},
	}
	c.Flags().BoolVar(&wait, "wait", false, "wait for the new results and show them")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	c.Flags().IntVar(&most, "max", maxUnasked, "ask before more than this many are billed")
	c.Flags().StringVar(&rules, "rules", "", "JSON `file` with the rules of the verdict")
	return c
}

// await waits for results that are newer than those before.
func await(ctx context.Context, files *filescan.Files, ids []string, before map[string]time.Time, s *service) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		for _, id := range ids {
			opts := s.waiting()
			opts.NewerThan = before[id]
			file, err := files.Wait(ctx, id, &opts)
			if err != nil && file == nil {
				err = fmt.Errorf("file %s: %w", id, err)
			}
			if !yield(file, err) {
				return
			}
		}
	}
}

func unique(ids []string) []string {
	var list []string
	for _, id := range ids {
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

func (p *program) deleteFiles() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete ID...", Short: "Delete files", Long: "Delete files and their results. This cannot be undone. On a terminal the command asks first; elsewhere --yes is required.",
		Example: "  acrcloud files delete 7f1c4c0e-6d0b-4b51-9d5e-0e4f6a3d2b10 --yes",
		Args:    arguments(1, -1, "the id of a file; 'acrcloud files list' lists them"),
		RunE: func(c *cobra.Command, args []string) error {
			ids := unique(args)
			s, files, err := p.container(c.Context())
			if err != nil {
				return err
			}
			if err := p.confirm(c.Context(), yes, "Delete %s of container %d at %s?", count(len(ids), "file"), s.config.ContainerID, s.name()); err != nil {
				return err
			}
			if err := files.Delete(c.Context(), ids...); err != nil {
				return fmt.Errorf("container %d: %w", s.config.ContainerID, err)
			}
			p.note("%s deleted.", count(len(ids), "file"))
			return nil
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return c
}

// count formats a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// isScanError reports whether the service could not process the file.
func isScanError(err error) bool {
	_, ok := errors.AsType[*filescan.ScanError](err)
	return ok
}
