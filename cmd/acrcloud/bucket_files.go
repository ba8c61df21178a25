package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/console"
)

// bucketFileColumns are the columns of a file in a bucket.
var bucketFileColumns = []column[*console.BucketFile]{
	{"id", true, func(f *console.BucketFile) string { return strconv.Itoa(f.ID) }},
	{"title", false, func(f *console.BucketFile) string { return f.Title }},
	{"state", false, func(f *console.BucketFile) string { return f.State.String() }},
	{"duration_s", false, func(f *console.BucketFile) string { return seconds(f.Duration) }},
	{"acr_id", true, func(f *console.BucketFile) string { return f.ACRID }},
	{"created_at", false, func(f *console.BucketFile) string { return timestamp(f.CreatedAt) }},
}

// bucketFileStates are the values of --state.
var bucketFileStates = map[string]console.FileState{"processing": console.FileProcessing, "ready": console.FileReady, "error": console.FileError}

var bucketFileStateNames = []string{"processing", "ready", "error"}

func (p *program) bucketFilesCommand() *cobra.Command {
	c := group("files", "List, add, change, move and delete the files of a bucket",
		"Work with the files of a bucket: your own audio, or fingerprints, that recognition compares with. Storing files is billed.",
		"  acrcloud buckets files list 5001\n  acrcloud buckets files add 5001 masters/*.wav --unique --wait\n  acrcloud buckets files delete 5001 90210 --yes")
	c.Aliases = []string{"file"}
	c.AddCommand(p.listBucketFiles(), p.getBucketFiles(), p.addBucketFiles(), p.updateBucketFile(), p.moveBucketFiles(), p.waitBucketFiles(), p.deleteBucketFiles())
	return c
}

func (p *program) listBucketFiles() *cobra.Command {
	var search, state string
	var limit int
	c := &cobra.Command{
		Use: "list BUCKET", Short: "List files", Long: "List the files of a bucket. JSON includes the metadata that you set, as user_defined.",
		Example: "  acrcloud buckets files list 5001 --search night\n  acrcloud buckets files list 5001 --state error -o jsonl",
		Args:    arguments(1, 1, aBucket),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			opts := &console.ListBucketFilesOptions{Search: search}
			if state != "" {
				if state, err = word("state", state, bucketFileStateNames); err != nil {
					return err
				}
				s := bucketFileStates[state]
				opts.State = &s
			}
			if limit < 0 {
				return usagef("--limit is %d: give a positive number, or 0 for all", limit)
			}
			_, files, id, err := p.bucketFiles(c.Context(), args[0])
			if err != nil {
				return err
			}
			return writeList(p, format, bucketFileColumns, named(fmt.Sprintf("bucket %d", id), first(files.All(c.Context(), opts), limit)))
		},
	}
	c.Flags().StringVar(&search, "search", "", "only files with this `text` in their title")
	c.Flags().StringVar(&state, "state", "", "only files in this `state`: "+strings.Join(bucketFileStateNames, ", "))
	c.Flags().IntVar(&limit, "limit", 0, "show at most this many; 0 for all")
	return c
}

// bucketFiles returns a client for the files of a bucket.
func (p *program) bucketFiles(ctx context.Context, arg string) (*service, *console.BucketFiles, int, error) {
	id, err := bucketID(arg)
	if err != nil {
		return nil, nil, 0, err
	}
	s, client, err := p.managing(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	return s, client.BucketFiles(id), id, nil
}

// fileIDs parses the ids of files in a bucket.
func fileIDs(bucket string, args []string) ([]int, error) {
	return numbers(args, "file", "buckets files list "+bucket)
}

const inABucket = "the bucket, and the id of a file; 'acrcloud buckets files list BUCKET' lists them"

func (p *program) getBucketFiles() *cobra.Command {
	return &cobra.Command{
		Use: "get BUCKET FILE...", Short: "Show files", Long: "Show files of a bucket, by their ids, or by their ACRIDs as results of recognition show them.",
		Example: "  acrcloud buckets files get 5001 90210 -o json",
		Args:    arguments(2, -1, inABucket),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			_, files, _, err := p.bucketFiles(c.Context(), args[0])
			if err != nil {
				return err
			}
			return writeList(p, format, bucketFileColumns, func(yield func(*console.BucketFile, error) bool) {
				for _, arg := range unique(args[1:]) {
					file, err := getBucketFile(c.Context(), files, arg)
					if err != nil {
						err = fmt.Errorf("file %.80s: %w", arg, err)
					}
					if !yield(file, err) || err != nil {
						return
					}
				}
			})
		},
	}
}

// getBucketFile returns a file by its id or ACRID.
func getBucketFile(ctx context.Context, files *console.BucketFiles, arg string) (*console.BucketFile, error) {
	if id, err := strconv.Atoi(arg); err == nil {
		return files.Get(ctx, id)
	}
	return files.GetByACRID(ctx, arg)
}

// userDefined parses the pairs of --set.
func userDefined(pairs []string) (map[string]any, error) {
	values := map[string]any{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			return nil, usagef("--set is %.60q: write it as key=value, such as --set artist=\"Ada Alder\"", pair)
		}
		if _, twice := values[key]; twice {
			return nil, usagef("--set has %.60q twice: keep only one", key)
		}
		values[key] = value
	}
	if len(values) == 0 {
		return nil, nil
	}
	return values, nil
}

func (p *program) updateBucketFile() *cobra.Command {
	var title string
	var pairs []string
	c := &cobra.Command{
		Use: "update BUCKET FILE", Short: "Change a file's title or metadata",
		Long:    "Change a file's title or metadata. --set replaces all of the metadata, so repeat what should stay.",
		Example: "  acrcloud buckets files update 5001 90210 --title master-4711 --set artist=\"Ada Alder\" --set isrc=XX0000000001",
		Args:    arguments(2, 2, inABucket),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			ids, err := fileIDs(args[0], args[1:])
			if err != nil {
				return err
			}
			values, err := userDefined(pairs)
			if err != nil {
				return err
			}
			r := console.UpdateBucketFileRequest{Title: changed(c, "title", &title), UserDefined: values}
			if r.Title == nil && values == nil {
				return usagef("there is nothing to change: give --title or --set")
			}
			_, files, _, err := p.bucketFiles(c.Context(), args[0])
			if err != nil {
				return err
			}
			file, err := files.Update(c.Context(), ids[0], r)
			if err != nil {
				return fmt.Errorf("file %d: %w", ids[0], err)
			}
			return writeOne(p, format, bucketFileColumns, file)
		},
	}
	c.Flags().StringVar(&title, "title", "", "a new `title`")
	c.Flags().StringArrayVar(&pairs, "set", nil, "metadata to include in results, as `key=value`; may be repeated")
	return c
}

func (p *program) moveBucketFiles() *cobra.Command {
	var target string
	c := &cobra.Command{
		Use: "move BUCKET FILE...", Short: "Move files to another bucket", Long: "Move files of a bucket to another one.",
		Example: "  acrcloud buckets files move 5001 90210 90211 --to 5002",
		Args:    arguments(2, -1, inABucket),
		RunE: func(c *cobra.Command, args []string) error {
			if target == "" {
				return usagef("--to is missing: give the id of the bucket to move to")
			}
			to, err := bucketID(target)
			if err != nil {
				return err
			}
			ids, err := fileIDs(args[0], args[1:])
			if err != nil {
				return err
			}
			_, files, id, err := p.bucketFiles(c.Context(), args[0])
			if err != nil {
				return err
			}
			if to == id {
				return usagef("--to is the bucket that the files are already in: give another one")
			}
			if err := files.Move(c.Context(), to, ids...); err != nil {
				return fmt.Errorf("bucket %d: %w", id, err)
			}
			p.note("%s moved to bucket %d.", count(len(ids), "file"), to)
			return nil
		},
	}
	c.Flags().StringVar(&target, "to", "", "`id` of the bucket to move to; required")
	return c
}

func (p *program) deleteBucketFiles() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete BUCKET FILE...", Short: "Delete files", Long: "Delete files of a bucket. Recognition no longer finds them. This cannot be undone. On a terminal the command asks first; elsewhere --yes is required.",
		Example: "  acrcloud buckets files delete 5001 90210 --yes",
		Args:    arguments(2, -1, inABucket),
		RunE: func(c *cobra.Command, args []string) error {
			ids, err := fileIDs(args[0], args[1:])
			if err != nil {
				return err
			}
			s, files, id, err := p.bucketFiles(c.Context(), args[0])
			if err != nil {
				return err
			}
			if err := p.confirm(c.Context(), yes, "Delete %s of bucket %d at %s?", count(len(ids), "file"), id, s.name()); err != nil {
				return err
			}
			if err := files.Delete(c.Context(), ids...); err != nil {
				return fmt.Errorf("bucket %d: %w", id, err)
			}
			p.note("%s deleted.", count(len(ids), "file"))
			return nil
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return c
}

func (p *program) waitBucketFiles() *cobra.Command {
	var timeout time.Duration
	c := &cobra.Command{
		Use: "wait BUCKET FILE...", Short: "Wait until files are ready", Long: "Wait until files are ready, so that recognition finds them, and show them.",
		Example: "  acrcloud buckets files wait 5001 90210 --timeout 10m",
		Args:    arguments(2, -1, inABucket),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if timeout <= 0 {
				return usagef("--timeout is %v: give a positive duration, such as 10m", timeout)
			}
			ids, err := fileIDs(args[0], args[1:])
			if err != nil {
				return err
			}
			s, files, _, err := p.bucketFiles(c.Context(), args[0])
			if err != nil {
				return err
			}
			w := &bucketWait{program: p, files: files, options: s.bucketWaiting(timeout)}
			err = writeList(p, format, bucketFileColumns, w.all(c.Context(), ids))
			if err == nil && w.failed > 0 {
				err = fmt.Errorf("%d of %s cannot be found by recognition", w.failed, count(len(ids), "file"))
			}
			return err
		},
	}
	c.Flags().DurationVar(&timeout, "timeout", time.Hour, "how long to wait for each file")
	return c
}

// bucketWaiting returns how long and how often to check a file of a bucket: the mock is fast.
func (s *service) bucketWaiting(timeout time.Duration) console.WaitOptions {
	opts := console.WaitOptions{Timeout: timeout}
	if s.mock != nil {
		opts.MinInterval = 100 * time.Millisecond
	}
	return opts
}

// A bucketWait waits for files of a bucket. It reports and counts those that fail.
type bucketWait struct {
	program *program
	files   *console.BucketFiles
	options console.WaitOptions
	failed  int
}

func (w *bucketWait) all(ctx context.Context, ids []int) iter.Seq2[*console.BucketFile, error] {
	return func(yield func(*console.BucketFile, error) bool) {
		for _, id := range ids {
			opts := w.options
			file, err := w.files.Wait(ctx, id, &opts)
			if failed, ok := errors.AsType[*console.FileStateError](err); ok {
				w.program.say("%v", err)
				w.failed++
				file, err = failed.File, nil
			}
			if err != nil {
				err = fmt.Errorf("file %d: %w", id, err)
			}
			if !yield(file, err) || err != nil {
				return
			}
		}
	}
}
