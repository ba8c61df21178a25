package mock

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// longestRecording is the longest recording in one request. What the service does with longer ones is not known; here
// they are cut.
const longestRecording = time.Hour

// stationRecording returns the audio of a play as a WAV file: the audio of [Track.WAV] for plays, otherwise silence. It
// exists if anything was played then. The service records only streams with the setting "timemap".
func (s *Server) stationRecording(q *request) *response {
	query, problems := q.URL.Query(), problems{}
	at, err := time.Parse(recordTime, query.Get("timestamp_utc"))
	if err != nil {
		problems.add("timestamp_utc", "The timestamp_utc does not match the format YmdHis.")
	}
	played := secondsOf(query.Get("played_duration"), problems, "played_duration")
	if query.Get("played_duration") == "" {
		problems.add("played_duration", "The played_duration field is required.")
	}
	before, after := secondsOf(query.Get("record_before"), problems, "record_before"), secondsOf(query.Get("record_after"), problems, "record_after")
	return s.withStation(q, func(st *station) *response {
		if len(problems) > 0 {
			return invalid(q.Request, problems)
		}
		from := at.Add(-before)
		length := min(before+played+after, longestRecording)
		wav := wavHeader(toneRate, samplesIn(length))
		header := len(wav)
		wav = slices.Grow(wav, 2*samplesIn(length))[:header+2*samplesIn(length)]
		audio := wav[header:]
		clear(audio)
		heard := false
		for _, day := range []time.Time{from.AddDate(0, 0, -1), from, from.Add(length)} { // a play may have begun on the day before
			for _, p := range s.playsOn(st.id, day) {
				heard = p.sound(audio, from, length) || heard
			}
		}
		if !heard {
			return message(http.StatusNotFound, "The recording is not available.")
		}
		name := fmt.Sprintf("%s_%s_%d.wav", st.id, from.Format(recordTime), int(length.Seconds()))
		return &response{
			status: http.StatusOK, header: http.Header{"Content-Type": {"audio/wav"}, "Content-Disposition": {`attachment; filename="` + name + `"`}},
			body: wav,
		}
	})
}

// sound adds the audio of a play to a recording, and reports whether they overlap.
func (p *Play) sound(audio []byte, from time.Time, length time.Duration) bool {
	begin, end := p.At.Sub(from), p.At.Add(p.Played).Sub(from)
	if end <= 0 || begin >= length {
		return false
	}
	skipped := max(-begin, 0)
	if t := &p.Track; t.number > 0 {
		copy(audio[2*samplesIn(max(begin, 0)):], t.WAV(skipped, min(end, length)-begin)[len(wavHeader(toneRate, 0)):])
	}
	return true
}

// secondsOf parses a number of seconds, up to a day; 0 if it is missing.
func secondsOf(text string, problems problems, name string) time.Duration {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxPlays {
		problems.add(name, "The selected "+name+" is invalid.")
		return 0
	}
	return time.Duration(n) * time.Second
}
