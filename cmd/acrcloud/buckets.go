package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

// bucketColumns are the columns of a bucket.
var bucketColumns = []column[*console.Bucket]{
	{"id", true, func(b *console.Bucket) string { return strconv.Itoa(b.ID) }},
	{"name", false, func(b *console.Bucket) string { return b.Name }},
	{"type", false, func(b *console.Bucket) string { return string(b.Type) }},
	{"region", false, func(b *console.Bucket) string { return string(b.Region) }},
	{"files", false, func(b *console.Bucket) string { return strconv.Itoa(b.Num) }},
	{"labels", false, func(b *console.Bucket) string { return strings.Join(b.Labels, "; ") }},
	{"created_at", false, func(b *console.Bucket) string { return timestamp(b.CreatedAt) }},
}

// The values of --type and --net for buckets.
var (
	bucketTypes = []string{string(console.FileBucket), string(console.LiveBucket), string(console.LiveRecBucket), string(console.LiveTimeshiftBucket), string(console.DedupBucket)}
	netTypes    = []string{"both", "online", "offline"} // in the order of their numbers
)

func (p *program) bucketsCommand() *cobra.Command {
	c := group("buckets", "Manage buckets, and the audio in them",
		"Manage the account's buckets: your own audio that recognition compares with. 'acrcloud buckets files' manages their files.\n"+
			"The token needs the scopes read-buckets and write-buckets, and read-audios and write-audios for files.",
		"  acrcloud buckets list\n  acrcloud buckets create masters --in eu-west-1\n  acrcloud buckets files add 5001 master.wav --set artist=\"Ada Alder\" --wait")
	c.Aliases = []string{"bucket"}
	c.AddCommand(p.listBuckets(), p.getBucket(), p.createBucket(), p.updateBucket(), p.deleteBucket(), p.bucketFilesCommand())
	return c
}

func (p *program) listBuckets() *cobra.Command {
	var region, kind, search string
	c := &cobra.Command{
		Use: "list", Short: "List buckets", Long: "List all buckets of the account.",
		Example: "  acrcloud buckets list\n  acrcloud buckets list --in eu-west-1 --type File -o csv",
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if kind != "" {
				if kind, err = word("type", kind, bucketTypes); err != nil {
					return err
				}
			}
			_, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			opts := &console.ListBucketsOptions{Region: acrcloud.Region(region), Type: console.BucketType(kind), Search: search}
			return writeList(p, format, bucketColumns, client.Buckets().All(c.Context(), opts))
		},
	}
	c.Flags().StringVar(&region, "in", "", "list only those in this `region`")
	c.Flags().StringVar(&kind, "type", "", "list only those of this `type`: "+strings.Join(bucketTypes, ", "))
	c.Flags().StringVar(&search, "search", "", "only buckets with this `text` in their name; the parameter is undocumented, and the service may ignore it")
	return c
}

const aBucket = "the id of the bucket; 'acrcloud buckets list' lists them"

func bucketID(arg string) (int, error) { return number(arg, "bucket", "buckets list") }

func (p *program) getBucket() *cobra.Command {
	return &cobra.Command{
		Use: "get ID", Short: "Show a bucket", Long: "Show a bucket. -o json has everything that the service returns.",
		Example: "  acrcloud buckets get 5001 -o json",
		Args:    arguments(1, 1, aBucket),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withBucket(c.Context(), args[0], func(buckets *console.Buckets, id int) (*console.Bucket, error) {
				return buckets.Get(c.Context(), id)
			})
		},
	}
}

// withBucket calls the service for a bucket and shows what it returns.
func (p *program) withBucket(ctx context.Context, arg string, call func(*console.Buckets, int) (*console.Bucket, error)) error {
	format, err := p.format(listFormats...)
	if err != nil {
		return err
	}
	id, err := bucketID(arg)
	if err != nil {
		return err
	}
	_, client, err := p.managing(ctx)
	if err != nil {
		return err
	}
	bucket, err := call(client.Buckets(), id)
	if err != nil {
		return fmt.Errorf("bucket %d: %w", id, err)
	}
	return writeOne(p, format, bucketColumns, bucket)
}

func (p *program) createBucket() *cobra.Command {
	var region, kind, net, template string
	var labels []string
	c := &cobra.Command{
		Use: "create NAME", Short: "Create a bucket", Long: "Create a bucket for your own audio. Containers and projects that name it compare with it. It is not known whether an empty bucket is billed.",
		Example: "  acrcloud buckets create masters --in eu-west-1\n  acrcloud containers update 10005 --bucket 23 --bucket 5001",
		Args:    arguments(1, 1, "the new bucket"),
		RunE: func(c *cobra.Command, args []string) error {
			format, err := p.format(listFormats...)
			if err != nil {
				return err
			}
			if kind, err = word("type", kind, bucketTypes); err != nil {
				return err
			}
			r := console.CreateBucketRequest{Name: args[0], Type: console.BucketType(kind), Region: acrcloud.Region(region), Labels: labels, MetadataTemplate: template}
			if net != "" {
				if net, err = word("net", net, netTypes); err != nil {
					return err
				}
				t := console.NetType(slices.Index(netTypes, net))
				r.NetType = &t
			}
			if region == "" {
				return usagef("a bucket needs --in, such as --in eu-west-1")
			}
			_, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			bucket, err := client.Buckets().Create(c.Context(), r)
			if err != nil {
				return fmt.Errorf("bucket %q: %w", args[0], err)
			}
			return writeOne(p, format, bucketColumns, bucket)
		},
	}
	f := c.Flags()
	f.StringVar(&region, "in", "", "`region` in which it is stored: eu-west-1, us-west-2 or ap-southeast-1; required")
	f.StringVar(&kind, "type", bucketTypes[0], "`type`: "+strings.Join(bucketTypes, ", "))
	f.StringVar(&net, "net", "", "where it is recognised: online by the service, offline on devices, or both (default online)")
	f.StringArrayVar(&labels, "label", nil, "a `label`; may be repeated")
	f.StringVar(&template, "metadata-template", "", "metadata fields that the console shows for its files, such as `isrc,artist`")
	return c
}

func (p *program) updateBucket() *cobra.Command {
	var name, template string
	var labels []string
	c := &cobra.Command{
		Use: "update ID", Short: "Change a bucket", Long: "Change the settings that are given, and leave the others as they are. The type and the region cannot change.",
		Example: "  acrcloud buckets update 5001 --name archive",
		Args:    arguments(1, 1, aBucket),
		RunE: func(c *cobra.Command, args []string) error {
			r := console.UpdateBucketRequest{Name: changed(c, "name", &name), Labels: labels, MetadataTemplate: changed(c, "metadata-template", &template)}
			if r.Name == nil && r.Labels == nil && r.MetadataTemplate == nil {
				return usagef("there is nothing to change: give --name, --label or --metadata-template")
			}
			return p.withBucket(c.Context(), args[0], func(buckets *console.Buckets, id int) (*console.Bucket, error) {
				return buckets.Update(c.Context(), id, r)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&name, "name", "", "a new `name`")
	f.StringArrayVar(&labels, "label", nil, "a `label`; replaces the present labels; may be repeated")
	f.StringVar(&template, "metadata-template", "", "metadata fields that the console shows for its files, such as `isrc,artist`")
	return c
}

func (p *program) deleteBucket() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete ID", Short: "Delete a bucket and everything in it",
		Long:    "Delete a bucket with everything in it. Recognition no longer finds it. It cannot be undone: on a terminal you are asked, elsewhere --yes is\nrequired.",
		Example: "  acrcloud buckets delete 5001 --yes",
		Args:    arguments(1, 1, aBucket),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := bucketID(args[0])
			if err != nil {
				return err
			}
			s, client, err := p.managing(c.Context())
			if err != nil {
				return err
			}
			if err := p.confirm(c.Context(), yes, "Delete bucket %d and everything in it at %s?", id, s.name()); err != nil {
				return err
			}
			if err := client.Buckets().Delete(c.Context(), id); err != nil {
				return fmt.Errorf("bucket %d: %w", id, err)
			}
			p.note("Bucket %d is deleted.", id)
			return nil
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	return c
}
