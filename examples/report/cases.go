package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A sample is a file that the mock scans, with its results. Names, titles and owners are invented; the format is the
// service's.
type sample struct {
	name    string
	seconds float64
	state   int
	detail  string
	results string // JSON
}

// samples are the cases that a report should present clearly.
var samples = []sample{
	{name: "whole song.mp3", seconds: 204, results: `{"music": [
		{"offset": 0.4, "played_duration": 201.8, "type": "traverse", "engine_type": "3", "score": 100, "time_skew": 0, "frequency_skew": 0, "file_duration": 204, "result": {
			"acrid": "5d1f6a0c8b3e47c29a1e0f7d2c4b6a88", "title": "Silver River", "artists": [{"name": "Ada Alder", "roles": ["MainArtist"]}, {"name": "Hugo Hazel", "roles": ["FeaturedArtist"]}],
			"album": {"name": "Northern Lanterns"}, "label": "Paper Comet Records", "release_date": "2019-04-12", "duration_ms": 203000,
			"db_begin_time_offset_ms": 400, "db_end_time_offset_ms": 202200, "sample_begin_time_offset_ms": 400, "sample_end_time_offset_ms": 202200,
			"external_ids": {"isrc": "QZABC1900017", "upc": "0012345678905", "iswc": "T-034.524.680-1"}, "genres": [{"name": "Pop"}],
			"external_metadata": {"spotify": {"track": {"id": "0exampleTrackOfSilver1"}}, "deezer": {"track": {"id": "100000017"}}, "apple": {"track": {"id": "1400000017"}}, "youtube": {"vid": "exampleVid1"}, "musicbrainz": [{"track": {"id": "0a000000-0000-4000-8000-000000000017"}}]},
			"rights_claim": [{"distributor": {"id": "PADPIDA2000000001A", "name": "Comet Distribution"}, "rights_owners": [{"name": "Paper Comet Records", "share_percentage": 75}, {"name": "Hazel Holdings", "share_percentage": 25}], "rights_claim_policy": "monetize", "territories": ["DE", "FR", "GB", "US"]}],
			"works": [{"id": "T0345246801", "iswc": "T0345246801", "name": "SILVER RIVER", "creators": [{"name": "Ada", "last_name": "Alder", "ipi": 100000001, "roles": ["Composer"]}, {"name": "Ines", "last_name": "Ivy", "ipi": 100000002, "roles": ["Lyricist"]}]}],
			"contributors": {"composers": ["Ada Alder"], "lyricists": ["Ines Ivy"]}}}]}`},
	{name: "sampled bridge.wav", seconds: 187, results: `{"music": [
		{"offset": 31.2, "played_duration": 11.4, "type": "traverse", "engine_type": "1", "score": 92, "time_skew": -0.031, "frequency_skew": 0.031, "file_duration": 187, "result": {
			"acrid": "77c0de77c0de77c0de77c0de77c0de77", "title": "Midnight Harbour", "artists": [{"name": "Birch & Juniper"}], "album": {"name": "Tides"}, "label": "Quiet Signal", "release_date": "1998-09-01", "duration_ms": 245000, "score": 12,
			"db_begin_time_offset_ms": 148200, "db_end_time_offset_ms": 159960, "external_ids": {"isrc": "QZDEF9800311"}, "external_metadata": {"deezer": {"track": {"id": "100000311"}}}}},
		{"offset": 94.0, "played_duration": 11.4, "type": "traverse", "engine_type": "1", "score": 90, "time_skew": -0.031, "frequency_skew": 0.031, "file_duration": 187, "result": {
			"acrid": "77c0de77c0de77c0de77c0de77c0de77", "title": "Midnight Harbour", "artists": [{"name": "Birch & Juniper"}], "album": {"name": "Tides"}, "label": "Quiet Signal", "release_date": "1998-09-01", "duration_ms": 245000, "score": 12,
			"db_begin_time_offset_ms": 148200, "db_end_time_offset_ms": 159960, "external_ids": {"isrc": "QZDEF9800311"}, "external_metadata": {"deezer": {"track": {"id": "100000311"}}}}},
		{"offset": 120.5, "played_duration": 9.1, "type": "traverse", "engine_type": "1", "score": 61, "time_skew": 0, "frequency_skew": 0, "file_duration": 187, "result": {
			"acrid": "51090000510900005109000051090000", "title": "Golden Meadow", "artists": ["The Placeholders"], "album": {"name": null}, "label": "Distant Station", "release_date": null, "duration_ms": 180000, "score": 3,
			"db_begin_time_offset_ms": 12000, "db_end_time_offset_ms": 21100, "external_ids": [], "external_metadata": []}}]}`},
	{name: "slowed and pitched.mp3", seconds: 232, results: `{"music": [
		{"offset": 0, "played_duration": 96.5, "type": "traverse", "engine_type": "2", "score": 64, "time_skew": 0.039, "frequency_skew": -0.055, "file_duration": 232, "result": {
			"title": "Electric Garden", "artists": [{"name": "Ines Ivy"}], "album": {"name": "Glasshouse"}, "label": "Golden Signal", "release_date": "2021-02-05", "duration_ms": 214000, "distributors": ["UMG"],
			"db_begin_time_offset_ms": 22420, "db_end_time_offset_ms": 115300, "external_ids": {"isrc": "QZGHJ2100440", "upc": "00600000000018"}, "external_metadata": {"spotify": {"track": {"id": "0exampleTrackOfGarden"}}}}}]}`},
	{name: "live cover.m4a", seconds: 178, results: `{"music": [], "cover_songs": [
		{"offset": 3.5, "played_duration": 148.2, "type": "traverse", "engine_type": "2", "result": {
			"title": "Paper Lantern", "artists": [{"name": "The Inventors"}], "album": {"name": "Ideas"}, "label": "Midnight Station", "release_date": "2014-03-10", "duration_ms": 207000, "distributors": ["SME"],
			"external_ids": {"isrc": "QZABC1400090"}, "external_metadata": {"apple": {"track": {"id": "1400000090"}}}}}]}`},
	{name: "podcast intro.mp3", seconds: 1830, results: `{"music": [
		{"offset": 4, "played_duration": 1.8, "type": "traverse", "result": {"acrid": "0badc0de0badc0de0badc0de0badc0de", "title": "Quiet Comet", "artists": [{"name": "Ada Alder"}], "label": "Paper Comet Records", "duration_ms": 91000, "score": 88, "external_ids": {"isrc": "QZABC1700003"}}}],
		"music_speech": [{"start": 0, "end": 12.5, "label": "m"}, {"start": 12.5, "end": 31, "label": "ms"}, {"start": 31, "end": 1790, "label": "s"}, {"start": 1790, "end": 1822, "label": "m"}, {"start": 1822, "end": 1830, "label": "o"}]}`},
	{name: "our own song.flac", seconds: 219, results: `{"music": [
		{"offset": 0, "played_duration": 219, "type": "traverse", "score": 100, "result": {"acrid": "0a110ced0a110ced0a110ced0a110ced", "title": "Northern Signal", "artists": [{"name": "Hugo Hazel"}], "label": "Our Own Label", "duration_ms": 219000, "external_ids": {"isrc": "QZOWN2400001"}}}]}`},
	{name: "AI-generated.mp3", seconds: 181, results: `{"ai_detection": [
		{"start": 0, "end": 180.5, "duration": 180.5, "stem": "original", "prediction": "ai_generated", "likely_source": "suno", "ai_probability": 96.3, "source_probabilities": [{"source": "suno", "probability": 91.2}, {"source": "human", "probability": 3.7}], "model_id": "m1"},
		{"start": 0, "end": 180.5, "duration": 180.5, "stem": "vocals", "prediction": "no_vocals"}]}`},
	{name: "advertisement.wav", seconds: 30, results: `{"custom_files": [
		{"offset": 1.5, "played_duration": 27.8, "type": "traverse", "result": {"acrid": "c0570111c0570111c0570111c0570111", "audio_id": "3", "bucket_id": "4711", "title": "Spring campaign, 30 seconds", "customer": "Meadow Foods", "booking": 20260412, "score": 99, "duration_ms": 30000, "db_begin_time_offset_ms": 1400, "db_end_time_offset_ms": 29200}}]}`},
	{name: "birdsong.wav", seconds: 64, state: -1, results: `[]`},
	{name: "broken upload.mp3", state: -2, detail: "the audio could not be decoded"},
	{name: "odd response.mp3", seconds: 200, results: `{"music": [7, "eight"], "cover_songs": [], "custom_files": null}`},
	{name: "megamix.mp3", seconds: 3540, results: megamix()},
}

// megamix has 77 overlapping matches, as derivative works detection finds in a mix.
func megamix() string {
	adjectives := []string{"Silver", "Midnight", "Paper", "Distant", "Golden", "Quiet", "Electric"}
	nouns := []string{"River", "Harbour", "Lantern", "Garden", "Signal", "Meadow", "Comet", "Station", "Orchard"}
	artists := []string{"Ada Alder", "Birch & Juniper", "Hugo Hazel", "Ines Ivy", "The Placeholders"}
	type row = map[string]any
	rows := make([]row, 0, 77)
	for i := range 77 {
		n := i % 58 // so that some recordings repeat
		start := math.Round(10*(float64(i)*44+17*math.Sin(float64(i)*1.7)+20)) / 10
		length := 40 + float64((i*37)%96)
		begin := 5 + float64((i*53)%80)
		tempo := float64((i*7)%9-4) / 100
		result := row{
			"acrid": fmt.Sprintf("%032x", 0xabcdef0000+int64(n)), "title": adjectives[n%7] + " " + nouns[n%9], "artists": []row{{"name": artists[n%5]}},
			"album": row{"name": "Album " + strconv.Itoa(n%12+1)}, "label": nouns[n%4] + " Records", "release_date": fmt.Sprintf("20%02d-%02d-05", n%25, n%12+1), "duration_ms": 240000 + 500*n,
			"external_ids": row{"isrc": fmt.Sprintf("QZMIX26%05d", n)}, "external_metadata": row{"deezer": row{"track": row{"id": strconv.Itoa(200_000_000 + n)}}},
			"db_begin_time_offset_ms": int(1000 * begin), "db_end_time_offset_ms": int(1000 * (begin + length/(1+tempo))),
		}
		rows = append(rows, row{
			"offset": start, "played_duration": length, "type": "traverse", "engine_type": "1", "score": 52 + (i*29)%49, "time_skew": tempo, "frequency_skew": 0, "file_duration": 3540, "result": result,
		})
	}
	data, err := json.Marshal(row{"music": rows})
	if err != nil {
		return "{}"
	}
	return string(data)
}

// script makes the mock return the samples' results.
func script(u mock.Upload) mock.Outcome {
	for i := range samples {
		s := &samples[i]
		if s.name != u.Name {
			continue
		}
		o := mock.Outcome{Results: json.RawMessage(s.results), Duration: time.Duration(s.seconds * float64(time.Second)), Detail: s.detail}
		if s.results == "" {
			o.Results = nil
		}
		if s.state != 0 {
			o.State = &s.state
		}
		return o
	}
	return mock.Outcome{}
}

// upload scans the samples with the mock.
func upload(ctx context.Context, files *filescan.Files) error {
	for _, s := range samples {
		_, err := files.Scan(ctx, acrcloud.FromBytes(s.name, []byte("the content of "+s.name)), nil)
		var failed *filescan.ScanError
		if err != nil && !errors.As(err, &failed) { // one of them fails on purpose
			return err
		}
	}
	return nil
}
