package mock_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func ExampleNew() {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River"})

	cfg := srv.Config()
	client, err := filescan.New(cfg, srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	recording := acrcloud.FromBytes("recording.wav", track.WAV(30*time.Second, 42*time.Second))
	file, err := client.Files(cfg.ContainerID).Scan(context.Background(), recording, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, match := range file.Results.Music {
		fmt.Printf("%v s of %s\n", match.PlayedDuration, match.Result.Title)
	}
	// Output:
	// 12 s of Silver River
}

func ExampleServer_OnScan() {
	srv := mock.New()
	srv.OnScan(func(u mock.Upload) mock.Outcome {
		if strings.HasSuffix(u.Name, ".broken") {
			return mock.Outcome{State: new(-2), Detail: "cannot decode"}
		}
		return mock.Outcome{Results: []byte(`{"speech":[{"text":"hello"}]}`), Duration: 3 * time.Second}
	})

	cfg := srv.Config()
	client, err := filescan.New(cfg, srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"hello.mp3", "hello.broken"} {
		file, err := client.Files(cfg.ContainerID).Scan(context.Background(), acrcloud.FromBytes(name, []byte("anything")), nil)
		if err != nil {
			fmt.Println(file.State, file.Detail)
			continue
		}
		fmt.Println(file.State, file.Duration, string(file.Results.Speech[0]))
	}
	// Output:
	// ready 3 {"text":"hello"}
	// failed cannot decode
}

func ExampleServer_Inject() {
	srv := mock.New()
	remove := srv.Inject(mock.Fault{Op: mock.OpListContainers, Status: http.StatusBadGateway, Body: "<html>Bad Gateway</html>"})

	list := func() {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://api-v2.acrcloud.com/api/fs-containers", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+srv.Config().BearerToken.Reveal())
		resp, err := srv.HTTPClient().Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
		fmt.Println(resp.Status)
	}
	list()
	remove()
	list()
	for _, r := range srv.Requests() {
		fmt.Println(r.Op, r.Authorization, r.Status)
	}
	// Output:
	// 502 Bad Gateway
	// 200 OK
	// containers.list Bearer 502
	// containers.list Bearer 200
}

func ExampleServer_Start() {
	srv := mock.New()
	base, err := srv.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = srv.Close() }()
	fmt.Println(strings.HasPrefix(base, "http://127.0.0.1:"), srv.Config().BaseURL == base)
	// Output:
	// true true
}
