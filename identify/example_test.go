package identify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func ExampleNew() {
	_, err := identify.New(acrcloud.Config{
		IdentifyHost:         "identify-eu-west-1.acrcloud.com",
		IdentifyAccessKey:    acrcloud.NewSecret("eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"),
		IdentifyAccessSecret: acrcloud.NewSecret("not looked at any more"),
	})
	fmt.Println(err)
	// Output: acrcloud: Config.IdentifyAccessKey is a Console API token: that is for File Scanning; for identification use the access key and the access secret from the project's page in the console
}

func ExampleClient_Identify() {
	srv := mock.New() // in a program: cfg, err := acrcloud.ConfigFromEnv()
	track := srv.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}

	sample := acrcloud.FromBytes("sample.wav", track.WAV(time.Minute, time.Minute+12*time.Second))
	result, err := client.Identify(context.Background(), identify.Audio(sample))
	if err != nil {
		fmt.Println(err)
		return
	}
	if best := result.Best(); best != nil {
		fmt.Printf("%s by %s, score %.0f\n", best.Title, best.Artists[0], best.Score)
	}
	// Output: Silver River by Ada Alder, score 100
}

func ExampleClient_Identify_errors() {
	srv := mock.New()
	srv.Inject(mock.IdentifyFault(3003))
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Identify(context.Background(), identify.Fingerprint([]byte("made by ACRCloud's own tools")))
	switch {
	case errors.Is(err, acrcloud.ErrCredentials):
		fmt.Println("wrong key, secret or host")
	case errors.Is(err, acrcloud.ErrQuotaExceeded):
		fmt.Println("no more today")
	}
	// Output: no more today
}

func ExampleClient_Check() {
	srv := mock.New()
	cfg := srv.Config()
	cfg.IdentifyAccessSecret = acrcloud.NewSecret("of-another-project")
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
	fmt.Println(errors.Is(diagnosis.Err(), acrcloud.ErrCredentials))
	// Output:
	// host passed
	// credentials failed
	// limits skipped
	// true
}

func ExampleClient_Windows() {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	recording := bytes.NewReader(track.Audio()) // three minutes; any io.Reader will do
	for w, err := range client.Windows(context.Background(), recording, &identify.WindowsOptions{Every: time.Minute}) {
		switch {
		case err != nil:
			fmt.Println("stopped:", err)
		case w.Err != nil:
			fmt.Println(w.Start, w.Err)
		case w.Result.Matched():
			fmt.Println(w.Start, w.Result.Best().Title)
		}
	}
	// Output:
	// 0s Silver River
	// 1m0s Silver River
	// 2m0s Silver River
}

func ExampleMerge() {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River", Duration: 90 * time.Second})
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	windows := client.Windows(context.Background(), bytes.NewReader(track.Audio()), &identify.WindowsOptions{Every: 15 * time.Second, InFlight: 4})
	segments, err := identify.Merge(windows)
	for _, s := range segments {
		fmt.Println(s.Start.Round(time.Second), s.End.Round(time.Second), s.Best.Title)
	}
	fmt.Println(err)
	// Output:
	// 0s 1m27s Silver River
	// <nil>
}

func ExampleTrim() {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	long := acrcloud.FromBytes("long.wav", track.Audio())
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Identify(context.Background(), identify.Audio(identify.Trim(long, identify.WindowDuration)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Best().Title)
	// Output: Silver River
}

func ExamplePCM() {
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River"})
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	format := identify.PCMFormat{SampleRate: 8000, Channels: 1, BitsPerSample: 16}
	samples := track.WAV(0, 30*time.Second)[44:] // what a decoder or a microphone has yielded
	result, err := client.Identify(context.Background(), identify.PCM(format.Last(samples, identify.WindowDuration), format))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Best().Title)
	// Output: Silver River
}

func ExampleSign() {
	secret := acrcloud.NewSecret("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn")
	fmt.Println(identify.Sign("0123456789abcdef0123456789abcdef", secret, identify.DataAudio, time.Unix(1700000000, 0)))
	// Output: AHfpdVVgQT/8i4LgGKV4//Dt7vI=
}

func ExampleResult_Top() {
	var result identify.Result
	err := json.Unmarshal([]byte(`{"status":{"code":0},"metadata":{
		"music":        [{"title":"Silver River","score":82},{"title":"Quiet Comet","score":100}],
		"humming":      [{"title":"Quiet Meadow","score":"0.88"}],
		"custom_files": [{"title":"Our jingle","score":100,"brand":"ours"}]
	}}`), &result)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range result.Top(3) {
		fmt.Printf("%3.0f %s: %s\n", c.Score, c.Kind, c.Title)
	}
	// Output:
	// 100 custom_file: Our jingle
	// 100 music: Quiet Comet
	//  88 humming: Quiet Meadow
}

func ExampleSample_WithHumming() {
	srv := mock.New()
	srv.OnIdentify(func(i mock.Identification) mock.IdentifyOutcome {
		fmt.Println(len(i.Sample), len(i.Humming), i.Fields["title"])
		return mock.IdentifyOutcome{Metadata: []byte(`{"humming":[{"title":"Quiet Meadow","score":0.88}]}`)}
	})
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	sample := identify.Fingerprint([]byte("audio")).WithHumming([]byte("melody")).WithField("title", "unknown")
	result, err := client.Identify(context.Background(), sample)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Best().Title)
	// Output:
	// 5 6 unknown
	// Quiet Meadow
}

func ExamplePCMFormat_Last() {
	format := identify.PCMFormat{SampleRate: 44100, Channels: 2, BitsPerSample: 16}
	minute := make([]byte, 60*44100*4)
	fmt.Println(len(format.Last(minute, identify.WindowDuration)))
	// Output: 2116800
}
