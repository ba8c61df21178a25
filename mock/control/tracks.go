package control

import (
	"net/http"
	"strings"

	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

// A track is the JSON form of a track in lists.
type track struct {
	ACRID       string            `json:"acrid"`
	Title       string            `json:"title"`
	Artists     []string          `json:"artists"`
	Album       string            `json:"album"`
	Label       string            `json:"label"`
	ISRC        string            `json:"isrc"`
	UPC         string            `json:"upc"`
	ReleaseDate string            `json:"release_date"`
	Duration    float64           `json:"duration"` // in seconds
	BucketID    int               `json:"bucket_id"`
	UserDefined map[string]string `json:"user_defined,omitempty"`
}

func trackOf(t *mock.Track) track {
	artists := t.Artists
	if artists == nil {
		artists = []string{}
	}
	return track{t.ACRID, t.Title, artists, t.Album, t.Label, t.ISRC, t.UPC, t.ReleaseDate, t.Duration.Seconds(), t.BucketID, t.UserDefined}
}

func (h *Handler) listTracks(w http.ResponseWriter, r *http.Request) {
	p, failed := paging(r)
	if failed != nil {
		failed.write(w)
		return
	}
	found := cut(h.srv.Tracks(), p)
	v := list[track]{Items: []track{}, Total: found.Total}
	for i := range found.Items {
		v.Items = append(v.Items, trackOf(&found.Items[i]))
	}
	respond(w, http.StatusOK, v)
}

func (h *Handler) addTrack(w http.ResponseWriter, r *http.Request) {
	body, failed := read(w, r)
	if failed != nil {
		failed.write(w)
		return
	}
	t, err := scenario.ParseTrack(body)
	if err != nil {
		invalid(err).write(w)
		return
	}
	t = h.srv.AddTrack(t)
	respond(w, http.StatusCreated, trackOf(&t))
}

// trackAudio sends a stretch of a track's audio, which is recognised as the track.
func (h *Handler) trackAudio(w http.ResponseWriter, r *http.Request) {
	for _, t := range h.srv.Tracks() {
		if !strings.EqualFold(t.ACRID, r.PathValue("acrid")) {
			continue
		}
		from, failed := duration(r, "from", 0)
		if failed == nil {
			to, other := duration(r, "to", t.Duration)
			if failed = other; failed == nil {
				w.Header().Set("Content-Type", "audio/wav")
				_, _ = w.Write(t.WAV(from, to)) //nolint:gosec // it is audio; an error means that the client has gone
				return
			}
		}
		failed.write(w)
		return
	}
	problem(http.StatusNotFound, "acrid", "this track does not exist", "see "+Path+"tracks").write(w)
}
