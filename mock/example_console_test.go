package mock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A stream has played what it is said to have played.
func ExampleServer_AddPlay() {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
	client, err := console.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	project, err := client.StreamProjects().Create(ctx, console.CreateStreamProjectRequest{Name: "radio", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	if err != nil {
		fmt.Println(err)
		return
	}
	streams := client.Streams(project.ID)
	stream, err := streams.Add(ctx, console.AddStreamRequest{Name: "Radio One", URLs: []string{"http://radio.test"}, ConfigID: console.DefaultStreamConfig})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	if err := srv.AddPlay(stream.ID, mock.Play{Track: track, At: at, Played: 3 * time.Minute}); err != nil {
		fmt.Println(err)
		return
	}
	plays, err := streams.Day(ctx, stream.ID, console.Date{Year: 2026, Month: time.January, Day: 2}, console.PlayFilter{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range plays {
		fmt.Println(p.Music[0].Title, p.Start.Format(time.TimeOnly), p.PlayingTime())
	}
	// Output:
	// Silver River 03:04:05 3m0s
}
