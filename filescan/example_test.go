package filescan_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// newService returns the files of a container of an ACRCloud in memory that knows one track, and a recording of 20 seconds of that track.
func newService() (*filescan.Files, acrcloud.Source) {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, ISRC: "QZABC2600001"})
	cfg := srv.Config()
	client, err := filescan.New(cfg, srv.Options()...)
	if err != nil {
		panic(err)
	}
	return client.Files(cfg.ContainerID), acrcloud.FromBytes("upload.wav", track.WAV(30*time.Second, 50*time.Second))
}

func Example() {
	files, recording := newService()

	file, err := files.Scan(context.Background(), recording, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Name, file.State)
	for _, match := range file.Results.Music {
		similarity, _ := match.Similarity()
		fmt.Printf("%v to %v: %s (%s), %.0f %%\n", match.Start(), match.End(), match.Result.Title, match.Result.ExternalIDs.ISRC[0], similarity)
	}
	// Output:
	// upload.wav ready
	// 0s to 20s: Silver River (QZABC2600001), 100 %
}

func ExampleFiles_Upload() {
	files, _ := newService()

	content := strings.NewReader("not audio at all")
	_, err := files.Upload(context.Background(), acrcloud.FromReader("song.mp3", content, -1), &filescan.UploadOptions{
		Policy: &filescan.UploadPolicy{
			MaxBytes: 100 << 20,
			Formats:  []acrcloud.Format{acrcloud.FormatMP3, acrcloud.FormatWAV, acrcloud.FormatFLAC},
			Inspect: func(_ context.Context, _ string, content io.Reader) error {
				_, err := io.Copy(io.Discard, content) // here a virus scanner would read it
				return err
			},
		},
	})
	fmt.Println(errors.Is(err, filescan.ErrFormat))
	// Output:
	// true
}

func ExampleFiles_Upload_progress() {
	files, recording := newService()

	_, err := files.Upload(context.Background(), recording, &filescan.UploadOptions{
		OnProgress: func(p filescan.Progress) {
			if p.Done {
				fmt.Printf("%d of %d bytes\n", p.Sent, p.Total)
			}
		},
	})
	fmt.Println(err)
	// Output:
	// 320044 of 320044 bytes
	// <nil>
}

func ExampleFiles_Wait() {
	files, recording := newService()
	ctx := context.Background()

	uploaded, err := files.Upload(ctx, recording, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := files.Wait(ctx, uploaded.ID, &filescan.WaitOptions{
		Timeout: 10 * time.Minute,
		OnError: func(err error) { log.Println("still waiting:", err) }, // the service is down for a moment, say
	})
	if timeout, ok := errors.AsType[*filescan.WaitError](err); ok {
		fmt.Println("not done yet, ask again later for", timeout.Last.ID)
		return
	}
	fmt.Println(file.State, len(file.Results.Music), err)
	// Output:
	// ready 1 <nil>
}

func ExampleFiles_All() {
	files, recording := newService()
	ctx := context.Background()
	if _, err := files.Scan(ctx, recording, nil); err != nil {
		fmt.Println(err)
		return
	}

	state := filescan.StateReady
	for file, err := range files.All(ctx, &filescan.ListFilesOptions{State: &state, WithResults: true}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(file.Name, len(file.Results.Music))
	}
	// Output:
	// upload.wav 1
}

func ExampleFiles_Rescan() {
	files, recording := newService()
	ctx := context.Background()
	file, err := files.Scan(ctx, recording, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	if _, err := files.Rescan(ctx, file.ID); err != nil {
		fmt.Println(err)
		return
	}
	again, err := files.Wait(ctx, file.ID, &filescan.WaitOptions{NewerThan: file.UpdatedAt})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.State)
	// Output:
	// ready
}

// A program stores a Ticket before it is billed, and settles the upload after a crash.
func ExampleFiles_Resume() {
	files, recording := newService()
	ctx := context.Background()

	var stored []byte // in a file or a database
	first, err := files.Upload(ctx, recording, &filescan.UploadOptions{
		Name:       "track-4711.wav",
		UniqueName: true,
		OnTicket: func(_ context.Context, t filescan.Ticket) (err error) {
			stored, err = json.Marshal(t)
			return err
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// Here the program crashes, and does not learn of the file. The next run goes on:
	var ticket filescan.Ticket
	if err := json.Unmarshal(stored, &ticket); err != nil {
		fmt.Println(err)
		return
	}
	file, err := files.Resume(ctx, ticket)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Name, file.ID == first.ID)
	// Output:
	// track-4711.wav true
}

func ExampleContainers_Create() {
	srv := mock.New()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	container, err := client.Containers().Create(ctx, &filescan.CreateContainerRequest{
		Name:    "uploads",
		Region:  acrcloud.EUWest1,
		Engine:  filescan.EngineFingerprintAndCovers,
		Buckets: []filescan.Bucket{filescan.BucketID(23)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(container.Name, container.Engine, container.Buckets[0].Name)

	_, err = client.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "uploads", Region: acrcloud.EUWest1, Engine: filescan.EngineFingerprint})
	if refused, ok := errors.AsType[*acrcloud.APIError](err); ok {
		fmt.Println(refused.StatusCode, refused.Fields["name"][0])
	}
	// Output:
	// uploads fingerprint and covers ACRCloud Music
	// 422 The name has already been taken.
}

func ExampleClient_Do() {
	srv := mock.New()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	var list struct {
		Data []struct {
			Name string `json:"name"`
		} `json:"data"`
	}
	if err := client.Do(context.Background(), http.MethodGet, "/fs-containers?page=1", nil, &list); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(list.Data[0].Name)
	// Output:
	// default
}

func ExampleWriteCSV() {
	files, recording := newService()
	file, err := files.Scan(context.Background(), recording, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	broken := &filescan.File{ID: "7c2f3d2b", Name: "broken.wav", State: filescan.StateFailed, Detail: "cannot decode"}
	var table strings.Builder
	if err := filescan.WriteCSV(&table, filescan.FilesOf(file, broken), nil); err != nil {
		fmt.Println(err)
		return
	}
	rows, err := csv.NewReader(strings.NewReader(table.String())).ReadAll()
	for _, row := range rows[1:] {
		fmt.Printf("%s, risk %s: %s\n", row[1], row[6], row[14]+row[21])
	}
	fmt.Println(err)
	// Output:
	// upload.wav, risk critical: Silver River
	// upload.wav, risk critical: Silver River
	// broken.wav, risk unknown: cannot decode
	// <nil>
}
