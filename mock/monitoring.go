package mock

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A MonitoringCallback is what the service posts while it monitors a stream: a play, or that nothing was recognised. A
// test of a receiver can create one, or send it with [Server.PostMonitoring]:
//
//	req, err := mock.MonitoringCallback{StreamID: "s-1", Track: track, Played: 3 * time.Minute}.Request(ctx, "https://example.com/hook?key=…")
type MonitoringCallback struct {
	StreamID   string
	StreamURL  string
	StreamName string // left out if empty

	Track  Track           // a track from [Server.AddTrack]; a zero Track: nothing was recognised
	At     time.Time       // when it began; zero: now
	Played time.Duration   // for how long
	Data   json.RawMessage // the member "data", with any content, in place of the fields above

	Database bool // from a channel project, which has lists where stream projects have single values
	Form     bool // as a form, with data as JSON in a text
	Test     bool // as the console sends it when a URL is saved; the other fields are ignored
}

// monitoringBody is the wire format.
type monitoringBody struct {
	StreamID   string          `json:"stream_id"`
	StreamURL  string          `json:"stream_url"`
	StreamName string          `json:"stream_name,omitempty"`
	Status     int             `json:"status"`
	Data       json.RawMessage `json:"data"`
}

// Body returns the body, and its content type.
func (c MonitoringCallback) Body() (body []byte, contentType string) {
	if c.Test { // seen with this id, ACRID and year; the rest is invented
		c.StreamID, c.StreamURL, c.Data = "test_stream_id", "test_stream_url", nil
		c.At, c.Played = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), 3*time.Minute
		c.Track = Track{ACRID: "test_acrid", Title: "test_title", Artists: []string{"test_artist"}, Album: "test_album", Duration: 3 * time.Minute}
	}
	v := monitoringBody{StreamID: c.StreamID, StreamURL: c.StreamURL, StreamName: c.StreamName, Status: 1, Data: c.Data}
	switch {
	case c.Data != nil:
	case c.Track.ACRID == "":
		v.Data, v.Status = encode(row{"status": row{"code": codeNoResult, "msg": statusText(codeNoResult), "version": "1.0"}}), 0
	default:
		v.Data = encode(c.record())
	}
	if c.Form {
		form := url.Values{"stream_id": {v.StreamID}, "stream_url": {v.StreamURL}, "status": {strconv.Itoa(v.Status)}, "data": {string(v.Data)}}
		if v.StreamName != "" {
			form.Set("stream_name", v.StreamName)
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded"
	}
	return encode(v), "application/json"
}

// record is the record of a play. The analysed part is the first ten seconds of the track.
func (c MonitoringCallback) record() row {
	const window = 10.0
	at := c.At.UTC()
	if c.At.IsZero() {
		at = time.Now().UTC()
	}
	where := offsets(passage{track: &c.Track}, 0, min(window, c.Played.Seconds()), window)
	if c.Track.BucketID != 0 {
		return playRecord(at, c.Played, nil, []row{customResult(&c.Track, where)})
	}
	return playRecord(at, c.Played, []row{musicItem(&c.Track, where, c.Database)}, nil)
}

// musicItem is a track of ACRCloud Music in the format of monitoring.
func musicItem(t *Track, where row, database bool) row {
	item := recording(t)
	delete(item, "distributors")
	maps.Copy(item, where)
	item["score"], item["result_from"] = 100, 3
	if database {
		item["external_ids"], item["external_metadata"] = lists(item["external_ids"]), lists(item["external_metadata"])
	}
	return item
}

// playRecord is a play in the format of results and callbacks. Empty lists are left out.
func playRecord(at time.Time, played time.Duration, music, custom []row) row {
	metadata := row{
		"type": "delay", "timestamp_utc": at.UTC().Format(time.DateTime), "record_timestamp": at.UTC().Format(recordTime), "played_duration": int(played.Seconds()),
	}
	if len(music) > 0 {
		metadata["music"] = music
	}
	if len(custom) > 0 {
		metadata["custom_files"] = custom
	}
	return row{"status": row{"code": codeSuccess, "msg": statusText(codeSuccess), "version": "1.0"}, "result_type": 0, "metadata": metadata}
}

// recordTime is the format of times in requests for recordings.
const recordTime = "20060102150405"

// lists returns the object with each value in a list.
func lists(of any) row {
	out := row{}
	values, _ := of.(row)
	for key, value := range values {
		out[key] = []any{value}
	}
	return out
}

// Request returns the request that posts the callback to url. The error does not repeat the URL, which may carry a secret.
func (c MonitoringCallback) Request(ctx context.Context, url string) (*http.Request, error) {
	body, contentType := c.Body()
	return callbackRequest(ctx, url, body, contentType)
}

// PostMonitoring sends a callback of Broadcast Monitoring to url, and returns after its response, or with an error.
// [Server.Deliveries] includes it.
func (s *Server) PostMonitoring(url string, c MonitoringCallback) error {
	s.ready()
	p := posting{streamID: c.StreamID, url: url}
	p.body, p.contentType = c.Body()
	return s.deliver(p).Err
}
