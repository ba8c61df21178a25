package report_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/report"
)

// scanned is what Files.Scan or Files.Get returns.
func scanned() *filescan.File {
	similarity := 97.0
	song := acrcloud.Music{Title: "Silver River", Artists: []acrcloud.Artist{{Name: "Ada Alder"}}, Label: "Paper Comet Records"}
	return &filescan.File{
		Name: "upload.mp3", Duration: 120, State: filescan.StateReady,
		Results: &filescan.Results{Music: []filescan.Match{{Offset: 30, PlayedDuration: 60, Score: &similarity, Result: song}}},
	}
}

func ExampleHTML() {
	r := report.File(scanned(), nil)
	r.Title = "Uploads"
	var page strings.Builder
	if err := report.HTML(&page, r); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Contains(page.String(), "Critical risk"), strings.Contains(page.String(), "0:30 to 1:30"))
	// Output: true true
}

func ExampleDay() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	on := time.Date(2026, 3, 1, 8, 0, 0, 0, berlin)
	r := report.Day([]report.Play{
		{Start: on, Length: 4 * time.Minute, Music: acrcloud.Music{Title: "Silver River", Artists: []acrcloud.Artist{{Name: "Ada Alder"}}, Label: "Paper Comet Records"}},
		{Start: on.Add(5 * time.Minute), Length: 30 * time.Second, Kind: report.PlayCustom, Music: acrcloud.Music{Title: "Station jingle"}},
	})
	r.Title, r.Location = "Radio Example", berlin
	if err := report.HTML(io.Discard, r); err != nil { // to a file, as a rule
		fmt.Println(err)
		return
	}
	var text strings.Builder
	if err := report.Text(&text, r, &report.TextOptions{Width: 68}); err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(text.String()) {
		if strings.HasPrefix(line, "08:00") || strings.HasPrefix(line, "  08:") {
			fmt.Print(line)
		}
	}
	// Output:
	// 08:00  ████·█······················································
	//   08:00:00  4:00
	//   08:05:00  0:30
}

func ExampleText() {
	err := report.Text(os.Stdout, report.File(scanned(), nil), &report.TextOptions{Width: 70})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// Scan report
	// ===========
	//
	// upload.mp3
	// ----------
	// CRITICAL RISK  The strongest evidence: the recording itself, with a confidence of 97 out of 100. 60 s of 120 s (50 %) match what is known.
	// length 2:00 · scan ready
	//   - Much of a known recording (music.extent): music of similarity 80 or more covers 60 s, at least 30 s
	//   - The recording itself (music.exact): "Silver River" by Ada Alder at 30 to 90 s (60 s): similarity 97, at least 80
	//
	// 0:00    0:30     1:00     1:30 2:00  scale: 2:00
	// ········███████████████████········  97 % Silver River – Ada Alder
	//
	// Recordings: Audio that sounds like a known recording or a part of it.
	//   Silver River by Ada Alder
	//     label Paper Comet Records
	//     1. 0:30 to 1:30 · similarity 97 %
}

func ExampleHandler() {
	find := func(*http.Request) (report.Report, error) { return report.File(scanned(), nil), nil } // after the reader's rights were checked
	http.Handle("/report", report.Handler(find, func(r *http.Request, err error) { fmt.Println(r.URL.Path, err) }))
	// Output:
}

func ExampleRecording() {
	song := &acrcloud.Music{Title: "Silver River", ACRID: "1"}
	segments := []identify.Segment{{Start: time.Minute, End: 4 * time.Minute, Windows: 6, Best: identify.Candidate{Kind: identify.KindMusic, Title: song.Title, Score: 98, Music: song}}}
	r := report.Recording(segments) // of identify.Merge
	r.Length = 5 * time.Minute
	if err := report.Text(os.Stdout, r, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Contents of the recording
	// =========================
	// length 5:00 · 1 segment · recognised 60 %
	//
	// 0:00    1:00    2:00    3:00        5:00  scale: 5:00
	// ········████████████████████████········  98 % Silver River
	//
	// Recordings: The recordings that were played.
	//   Silver River
	//     ACRID 1
	//     1. 1:00 to 4:00 · similarity 98 %
	//       Recognised in 6 windows.
}
