package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// callbackParameter is the name of the parameter of callback URLs that has the secret.
const callbackParameter = "key"

// processing is how long the mock takes for a file.
const processing = 3 * time.Second

// addSample teaches a mock a song, and returns a part of it.
func addSample(srv *mock.Server) []byte {
	song := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Duration: 2 * time.Minute})
	return song.WAV(10*time.Second, 22*time.Second)
}

// setCallback has the service post callbacks to a receiver.
func setCallback(ctx context.Context, client *filescan.Client, container int, receiver string, secret acrcloud.Secret) error {
	url, err := webhook.CallbackURL(receiver, callbackParameter, secret)
	if err != nil {
		return err
	}
	_, err = client.Containers().Update(ctx, container, &filescan.UpdateContainerRequest{CallbackURL: &url})
	return err
}

// listenMock runs a mock for other processes.
func listenMock(ctx context.Context, _ settings, stdout, _ io.Writer) error {
	srv := mock.New(mock.WithProcessingTime(processing))
	defer srv.Close()       //nolint:errcheck // the program ends
	url, err := srv.Start() //nolint:contextcheck // it serves until it is closed, not until a context ends
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pipeline")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is temporary
	path := filepath.Join(dir, "sample.wav")
	if err := os.WriteFile(path, addSample(srv), 0o600); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "A mock is listening, and recognises %s. In the other terminals:\n\nexport ACRCLOUD_BASE_URL=%s ACRCLOUD_CONTAINER_ID=%d ACRCLOUD_BEARER_TOKEN=%s PIPELINE_CALLBACK_SECRET=%s\n",
		path, url, srv.Config().ContainerID, srv.Config().BearerToken.Reveal(), webhook.NewSecret().Reveal())
	<-ctx.Done()
	return nil
}

// callbackSecret is the configured secret. Only with the embedded mock it may be a new one each time.
func callbackSecret(s settings, service *demo.Service) (acrcloud.Secret, error) {
	switch {
	case s.secret != "":
		return acrcloud.NewSecret(s.secret), nil
	case service.Mock != nil:
		return webhook.NewSecret(), nil
	}
	return acrcloud.Secret{}, errors.New("PIPELINE_CALLBACK_SECRET is not set: set it to a random text of 32 characters or more, the same for all processes, and add it to the container's callback URL as the parameter " + callbackParameter)
}
