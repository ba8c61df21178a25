package mock_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// What a program does when its token has expired.
func ExampleServer_IssueToken() {
	srv := mock.New()
	cfg := srv.Config()
	cfg.BearerToken = srv.IssueToken(mock.Token{ExpiresAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	client, err := filescan.New(cfg, srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Files(cfg.ContainerID).List(context.Background(), nil)
	fmt.Println(errors.Is(err, acrcloud.ErrCredentials), errors.Is(err, acrcloud.ErrUnauthorized))
	// Output: true true
}

// What a program does when its key and its secret are of different projects.
func ExampleServer_AddProject() {
	srv := mock.New()
	other, err := srv.AddProject(acrcloud.EUWest1)
	if err != nil {
		fmt.Println(err)
		return
	}
	cfg := srv.Config()
	cfg.IdentifyAccessSecret = other.IdentifyAccessSecret
	client, err := identify.New(cfg, srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	diagnosis, err := client.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, check := range diagnosis.Checks {
		fmt.Println(check.Name, check.Outcome)
	}
	// Output:
	// host passed
	// credentials failed
	// limits skipped
}
