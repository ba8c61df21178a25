package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// tidying limits the time for cleaning up, also after Ctrl-C.
const tidying = 30 * time.Second

// setUp returns a container with the callback URL, and a function that restores everything.
func setUp(ctx context.Context, client *filescan.Client, f *flags, callback acrcloud.Secret, stderr io.Writer) (id int, release func() error, err error) {
	if f.container != 0 {
		release, err = borrow(ctx, client.Containers(), f.container, callback, stderr)
		return f.container, release, err
	}
	return scratch(ctx, client.Containers(), acrcloud.Region(f.region), callback, stderr)
}

// scratch creates a container, which is deleted at the end with its files.
func scratch(ctx context.Context, containers *filescan.Containers, region acrcloud.Region, callback acrcloud.Secret, stderr io.Writer) (int, func() error, error) {
	container, err := containers.Create(ctx, &filescan.CreateContainerRequest{
		Name: "acrcloud-go webhook example " + rand.Text()[:8], Region: region, Engine: filescan.EngineFingerprint,
		Buckets: []filescan.Bucket{filescan.BucketID(23)}, CallbackURL: callback,
	})
	if err != nil {
		return 0, nil, err
	}
	return container.ID, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
		defer cancel()
		if err := containers.Delete(ctx, container.ID); err != nil {
			return fmt.Errorf("deleting the scratch container %d (%q) failed, delete it in the console: %w", container.ID, container.Name, err)
		}
		_, _ = fmt.Fprintf(stderr, "The scratch container %d is deleted.\n", container.ID)
		return nil
	}, nil
}

// borrow replaces the callback URL of an existing container until release is called. Until then, the usual receiver of
// its callbacks gets none.
func borrow(ctx context.Context, containers *filescan.Containers, id int, callback acrcloud.Secret, stderr io.Writer) (release func() error, err error) {
	before, err := containers.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	old := before.CallbackURL
	if old.IsZero() {
		_, _ = fmt.Fprintf(stderr, "Container %d shows no callback URL. If it has a hidden one, it cannot be restored.\n", id)
	} else {
		_, _ = fmt.Fprintf(stderr, "Container %d has a callback URL (%s); it gets no callbacks until this program ends.\n", id, old.Describe())
	}
	restore := func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
		defer cancel()
		if err := set(ctx, containers, id, old); err != nil {
			return fmt.Errorf("restoring the callback URL of container %d failed, check it in the console: %w", id, err)
		}
		_, _ = fmt.Fprintf(stderr, "Container %d has its old callback URL again.\n", id)
		return nil
	}
	if err := set(ctx, containers, id, callback); err != nil {
		return nil, errors.Join(err, restore())
	}
	return restore, nil
}

// set sets a container's callback URL and reads it back.
func set(ctx context.Context, containers *filescan.Containers, id int, callback acrcloud.Secret) error {
	if _, err := containers.Update(ctx, id, &filescan.UpdateContainerRequest{CallbackURL: &callback}); err != nil {
		return err
	}
	now, err := containers.Get(ctx, id)
	if err != nil {
		return err
	}
	if !now.CallbackURL.Equal(callback) {
		return errors.New("the service returned another callback URL than the one that was set")
	}
	return nil
}
