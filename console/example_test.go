package console_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// newExample makes a client of a mock that knows one track.
func newExample(opts ...mock.Option) (*console.Client, *mock.Server, mock.Track) {
	srv := mock.New(append([]mock.Option{mock.WithSeed(1)}, opts...)...)
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}, Album: "Bridges", Label: "Quay", ISRC: "XX0000000001", ACRID: acrid, Duration: 3 * time.Minute})
	client, err := console.New(srv.Config(), srv.Options()...)
	if err != nil {
		panic(err)
	}
	return client, srv, track
}

func ExampleClient_Check() {
	client, _, _ := newExample()
	diagnosis, err := client.Check(context.Background())
	if err != nil {
		panic(err)
	}
	for _, check := range diagnosis.Checks {
		if check.Outcome != acrcloud.Skipped {
			fmt.Println(check.Name, "-", check.Outcome)
		}
	}
	// Output:
	// token - passed
	// token expiry - passed
	// token scopes - passed
	// service - passed
	// token accepted - passed
	// buckets - passed
	// projects - passed
	// stream projects - passed
	// channel projects - passed
	// unknown content - passed
}

func ExampleMetadata() {
	client, _, _ := newExample()
	tracks, err := client.Metadata().Search(context.Background(), console.TrackQuery{Title: "Silver River", Artists: []string{"Ada Alder"}},
		&console.LookupOptions{Platforms: []console.Platform{console.Spotify, console.YouTube}})
	if err != nil {
		panic(err)
	}
	for _, track := range tracks {
		fmt.Println(track.Name, track.ISRC, track.Album.Label)
		for _, link := range track.Links() {
			fmt.Println(link.Platform, "has it")
		}
	}
	// Output:
	// Silver River XX0000000001 Quay
	// spotify has it
	// youtube has it
}

func ExampleBuckets() {
	client, _, _ := newExample()
	ctx := context.Background()
	bucket, err := client.Buckets().Create(ctx, console.CreateBucketRequest{Name: "masters", Type: console.FileBucket, Region: acrcloud.EUWest1})
	if err != nil {
		panic(err)
	}
	for bucket, err := range client.Buckets().All(ctx, &console.ListBucketsOptions{Type: console.FileBucket}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(bucket.Name, bucket.Region)
	}
	if err := client.Buckets().Delete(ctx, bucket.ID); err != nil {
		panic(err)
	}
	// Output:
	// masters eu-west-1
}

func ExampleBucketFiles_Upload() {
	client, _, track := newExample()
	ctx := context.Background()
	bucket, err := client.Buckets().Create(ctx, console.CreateBucketRequest{Name: "masters", Type: console.FileBucket, Region: acrcloud.EUWest1})
	if err != nil {
		panic(err)
	}
	files := client.BucketFiles(bucket.ID)
	file, err := files.Upload(ctx, acrcloud.FromBytes("silver river.wav", track.Audio()), &console.UploadOptions{
		Title: "master-4711", UniqueName: true, UserDefined: map[string]any{"artist": "Ada Alder", "isrc": "XX0000000001"},
	})
	if err != nil {
		panic(err)
	}
	if file, err = files.Wait(ctx, file.ID, nil); err != nil {
		panic(err)
	}
	fmt.Println(file.Title, file.State, file.PlayingTime())
	// Output:
	// master-4711 ready 3m0s
}

// One token is enough to get going: it makes the project whose access key and secret identifications need.
func ExampleProject_Config() {
	client, srv, track := newExample()
	ctx := context.Background()
	project, err := client.Projects().Create(ctx, console.CreateProjectRequest{
		Name: "app", Region: acrcloud.EUWest1, Type: console.AudioVideoRecognition, Buckets: []int{console.ACRCloudMusic},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(project.Name, project.AccessSecret)
	recognizer, err := identify.New(project.Config(), acrcloud.WithHTTPClient(srv.HTTPClient()))
	if err != nil {
		panic(err)
	}
	result, err := recognizer.Identify(ctx, identify.Audio(acrcloud.FromBytes("a.wav", track.WAV(0, 12*time.Second))))
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Music[0].Title)
	// Output:
	// app [redacted]
	// Silver River
}

// newStream adds a stream that plays the track in the morning.
func newStream(ctx context.Context, client *console.Client, srv *mock.Server, track mock.Track) (projectID int, streamID string) {
	project, err := client.StreamProjects().Create(ctx, console.CreateStreamProjectRequest{Name: "radio", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	if err != nil {
		panic(err)
	}
	stream, err := client.Streams(project.ID).Add(ctx, console.AddStreamRequest{URLs: []string{"http://radio.example/1"}, Name: "Radio One", ConfigID: console.DefaultStreamConfig})
	if err != nil {
		panic(err)
	}
	for hour := range 2 {
		if err := srv.AddPlay(stream.ID, mock.Play{Track: track, At: day.In(nil).Add(time.Duration(8+hour) * time.Hour), Played: 170 * time.Second}); err != nil {
			panic(err)
		}
	}
	return project.ID, stream.ID
}

func ExampleStreamProjects() {
	client, _, _ := newExample()
	ctx := context.Background()
	project, err := client.StreamProjects().Create(ctx, console.CreateStreamProjectRequest{Name: "radio", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	if err != nil {
		panic(err)
	}
	if err := client.StreamProjects().SetResultCallback(ctx, project.ID, acrcloud.NewSecret("https://example.org/hook?key=secret")); err != nil {
		panic(err)
	}
	if project, err = client.StreamProjects().Get(ctx, project.ID); err != nil {
		panic(err)
	}
	fmt.Println(project.Name, project.Type, project.ResultCallbackURL)
	// Output:
	// radio BM-ACRC [redacted]
}

func ExampleStreams_Plays() {
	client, srv, track := newExample()
	ctx := context.Background()
	projectID, streamID := newStream(ctx, client, srv, track)
	bern := time.FixedZone("CET", 3600)
	for play, err := range client.Streams(projectID).Plays(ctx, streamID, console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(6)}, Zone: bern, InFlight: 2}) {
		if err != nil {
			panic(err)
		}
		item, _ := play.Top()
		fmt.Println(play.Start.In(bern).Format("02.01. 15:04"), item.Artists, item.Title, play.PlayingTime())
	}
	// Output:
	// 02.01. 09:00 [Ada Alder] Silver River 2m50s
	// 02.01. 10:00 [Ada Alder] Silver River 2m50s
}

func ExampleStreams_Recording() {
	client, srv, track := newExample()
	ctx := context.Background()
	projectID, streamID := newStream(ctx, client, srv, track)
	plays, err := client.Streams(projectID).Day(ctx, streamID, day, console.PlayFilter{})
	if err != nil {
		panic(err)
	}
	var audio bytes.Buffer // a file, as a rule
	recording, err := client.Streams(projectID).Recording(ctx, streamID, plays[0].Recorded(), &audio)
	if err != nil {
		panic(err)
	}
	fmt.Println(recording.ContentType, recording.Bytes == int64(audio.Len()))
	// Output:
	// audio/wav true
}

func ExampleWriteCSV() {
	client, srv, track := newExample()
	ctx := context.Background()
	projectID, streamID := newStream(ctx, client, srv, track)
	plays := client.Streams(projectID).Plays(ctx, streamID, console.PlaysOptions{Days: console.DateRange{From: day}})
	named := func(yield func(*console.Play, error) bool) {
		for play, err := range plays {
			if play != nil {
				play.StreamID = "radio-one" // your own name for it
			}
			if !yield(play, err) {
				return
			}
		}
	}
	if err := console.WriteCSV(os.Stdout, named, nil); err != nil {
		panic(err)
	}
	// Output:
	// stream_id,start,seconds,kind,artists,title,album,label,isrc,acrid,score
	// radio-one,2026-01-02T08:00:00Z,170,music,Ada Alder,Silver River,Bridges,Quay,XX0000000001,0123456789abcdef0123456789abcdef,100
	// radio-one,2026-01-02T09:00:00Z,170,music,Ada Alder,Silver River,Bridges,Quay,XX0000000001,0123456789abcdef0123456789abcdef,100
}

func ExampleChannels() {
	client, _, _ := newExample(mock.WithPlays(4))
	ctx := context.Background()
	project, err := client.ChannelProjects().Create(ctx, console.CreateChannelProjectRequest{Name: "stations", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}})
	if err != nil {
		panic(err)
	}
	channels := client.Channels(project.ID)
	if err := channels.Add(ctx, 238766); err != nil {
		panic(err)
	}
	plays, err := channels.Day(ctx, 238766, day, console.PlayFilter{})
	if err != nil {
		panic(err)
	}
	for _, play := range plays {
		item, _ := play.Top()
		fmt.Println(item.Title)
	}
	// Output:
	// Silver River
	// Silver River
	// Silver River
	// Silver River
}

func ExampleChannelProjects() {
	client, _, _ := newExample()
	ctx := context.Background()
	if _, err := client.ChannelProjects().Create(ctx, console.CreateChannelProjectRequest{Name: "stations", Region: acrcloud.EUWest1, Buckets: []int{console.ACRCloudMusic}}); err != nil {
		panic(err)
	}
	projects, err := client.ChannelProjects().List(ctx, acrcloud.EUWest1)
	if err != nil {
		panic(err)
	}
	for _, project := range projects {
		fmt.Println(project.Name, project.Type)
	}
	// Output:
	// stations BM-Database
}

func ExampleLiveChannels() {
	client, _, _ := newExample()
	ctx := context.Background()
	bucket, err := client.Buckets().Create(ctx, console.CreateBucketRequest{Name: "channels", Type: console.LiveBucket, Region: acrcloud.EUWest1})
	if err != nil {
		panic(err)
	}
	channel, err := client.LiveChannels(bucket.ID).Create(ctx, console.LiveChannelRequest{Title: "Radio One", URL: "udp://192.0.2.1"})
	if err != nil {
		panic(err)
	}
	fmt.Println(channel.Title, channel.URL)
	// Output:
	// Radio One udp://192.0.2.1
}

func ExampleDedupFiles() {
	client, _, _ := newExample()
	ctx := context.Background()
	bucket, err := client.Buckets().Create(ctx, console.CreateBucketRequest{Name: "unique", Type: console.DedupBucket, Region: acrcloud.EUWest1})
	if err != nil {
		panic(err)
	}
	for _, id := range []string{"first", "second"} {
		file, err := client.DedupFiles(bucket.ID).Upload(ctx, acrcloud.FromBytes("a.db.lo", []byte("the same fingerprint")), console.DedupUpload{ID: id})
		if err != nil {
			panic(err)
		}
		fmt.Println(id, "was added:", *file.Added, "duplicates:", file.Duplicates)
	}
	// Output:
	// first was added: true duplicates: []
	// second was added: false duplicates: [first]
}

func ExampleHistoricalProjects() {
	client, _, _ := newExample()
	project, err := client.HistoricalProjects().Create(context.Background(), console.CreateHistoricalProjectRequest{Name: "2025", Region: acrcloud.EUWest1, Type: console.Radio, Stations: []int{100251}})
	if err != nil {
		panic(err)
	}
	fmt.Println(project.Name, project.Type)
	// Output:
	// 2025 radio
}

func ExampleUnknownContent() {
	client, _, _ := newExample()
	ctx := context.Background()
	project, err := client.UnknownContent().Create(ctx, console.CreateUnknownProjectRequest{Name: "spots", Region: acrcloud.EUWest1, Type: console.UnknownOfStreams})
	if err != nil {
		panic(err)
	}
	for result, err := range client.UnknownResults(project.ID).All(ctx, nil) {
		if err != nil {
			panic(err)
		}
		fmt.Println(result.Num, result.Label)
	}
	fmt.Println(project.Name)
	// Output:
	// spots
}

// A project for unknown content looks at what monitored streams have played and nothing recognised.
func ExampleUnknownStreams() {
	client, srv, track := newExample()
	ctx := context.Background()
	monitoring, streamID := newStream(ctx, client, srv, track)
	project, err := client.UnknownContent().Create(ctx, console.CreateUnknownProjectRequest{
		Name: "spots", Region: acrcloud.EUWest1, Type: console.UnknownOfStreams, Config: console.UnknownConfig{Days: 3, MinMS: 5_000, MaxMS: 60_000},
	})
	if err != nil {
		panic(err)
	}
	streams := client.UnknownStreams(project.ID)
	if _, err := streams.Add(ctx, console.FromStreams, monitoring, streamID); err != nil {
		panic(err)
	}
	var ids []int
	for stream, err := range streams.All(ctx) {
		if err != nil {
			panic(err)
		}
		fmt.Println(stream.StreamName, "of", stream.ProjectName, "is", stream.From)
		ids = append(ids, stream.ID)
	}
	if err := streams.Delete(ctx, ids...); err != nil { // the stream is still monitored
		panic(err)
	}
	// Output:
	// Radio One of radio is BM-CUSTOM
}

func ExampleUnknownResults() {
	client, srv, _ := newExample()
	ctx := context.Background()
	project, err := client.UnknownContent().Create(ctx, console.CreateUnknownProjectRequest{Name: "spots", Region: acrcloud.EUWest1, Type: console.UnknownOfStreams})
	if err != nil {
		panic(err)
	}
	heard := day.In(nil).Add(8 * time.Hour)
	if _, err := srv.AddUnknownContent(project.ID, mock.UnknownContent{Label: int(console.LabelAdvertisement), Length: 20 * time.Second, Detections: []time.Time{heard, heard.Add(time.Hour)}}); err != nil {
		panic(err)
	}
	results := client.UnknownResults(project.ID)
	spots := console.LabelAdvertisement
	for result, err := range results.All(ctx, &console.ListUnknownResultsOptions{Label: &spots}) {
		if err != nil {
			panic(err)
		}
		fmt.Println("heard", result.Num, "times,", time.Duration(result.DurationMS)*time.Millisecond, "long")
		if err := results.Ignore(ctx, result.ID); err != nil { // it is known now
			panic(err)
		}
	}
	// Output:
	// heard 2 times, 20s long
}

func ExampleBilling() {
	client, _, _ := newExample()
	next, err := client.Billing().NextBill(context.Background(), 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(next.Date != "")
	// Output:
	// true
}
