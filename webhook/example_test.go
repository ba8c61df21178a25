package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

func ExampleParse() {
	event, err := webhook.Parse([]byte(`{"file_id":"5a1e0000-0000-4000-8000-00000000c0de","state":1,"cid":20002,"name":"song.mp3",
		"results":{"music":[{"offset":0,"played_duration":203,"result":{"title":"Silver River"}}]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(event.Kind, event.File().Name, event.State, event.Results.Music[0].Result.Title)
	// Output: file_scan song.mp3 ready Silver River
}

func ExampleParseRequest() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := webhook.ParseRequest(r)
		if err != nil {
			fmt.Println(err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Println(event.Kind, event.FileID, event.State)
	})

	// A test of such a handler makes its own callbacks.
	for _, shape := range []mock.CallbackShape{{}, {Form: true}, {List: true}} {
		callback := mock.Callback{FileID: "5a1e0000-0000-4000-8000-00000000c0de", State: -1, Shape: shape}
		request, err := callback.Request(context.Background(), "https://example.com/hook")
		if err != nil {
			fmt.Println(err)
			return
		}
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
	// Output:
	// file_scan 5a1e0000-0000-4000-8000-00000000c0de no results
	// file_scan 5a1e0000-0000-4000-8000-00000000c0de no results
	// file_scan 5a1e0000-0000-4000-8000-00000000c0de no results
}

func ExampleCallbackURL() {
	secret := acrcloud.NewSecret("32 or more random characters, not these")
	callback, err := webhook.CallbackURL("https://example.com/acrcloud", "key", secret)
	fmt.Println(callback, err)
	fmt.Println(callback.Reveal())
	// Output:
	// [redacted] <nil>
	// https://example.com/acrcloud?key=32+or+more+random+characters%2C+not+these
}

// The whole way: a container that calls back, a handler that has the API confirm what was posted, and a wait that a callback ends.
func ExampleNewHandler() {
	ctx := context.Background()
	secret := acrcloud.NewSecret("32 or more random characters, not these")
	notifier := webhook.NewNotifier()

	// The mock posts to the server below; ACRCloud would do so over https.
	srv := mock.New(mock.WithProcessingTime(100 * time.Millisecond))
	defer func() { _ = srv.Close() }()
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	client, err := filescan.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	titles := make(chan string, 1)
	handler, err := webhook.NewHandler(func(_ context.Context, event *webhook.Event) error {
		titles <- event.File().Results.Music[0].Result.Title
		return nil
	}, webhook.WithSecret("key", secret), webhook.WithRefetch(client), webhook.WithNotifier(notifier))
	if err != nil {
		fmt.Println(err)
		return
	}
	receiver := httptest.NewServer(handler)
	defer receiver.Close()

	callback, err := webhook.CallbackURL(receiver.URL, "key", secret)
	if err != nil {
		fmt.Println(err)
		return
	}
	update := &filescan.UpdateContainerRequest{CallbackURL: &callback}
	if _, err = client.Containers().Update(ctx, srv.Config().ContainerID, update); err != nil {
		fmt.Println(err)
		return
	}
	recording := acrcloud.FromBytes("upload.wav", track.WAV(0, 10*time.Second))
	file, err := client.Files(srv.Config().ContainerID).Scan(ctx, recording, &filescan.ScanOptions{Wait: filescan.WaitOptions{Notifier: notifier}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("wait:", file.State)
	fmt.Println("callback:", <-titles)
	// Output:
	// wait: ready
	// callback: Silver River
}
