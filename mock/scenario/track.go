package scenario

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A Track is a recording that the server will recognise.
type Track struct {
	mock.Track

	// File is the path of the track's content. The caller of Parse reads the file, and sets Data.
	File string
}

// ParseTrack reads one track, whose content can be in the member data_base64. The error is an [*Error].
func ParseTrack(data []byte) (mock.Track, error) {
	r := &reader{}
	t := r.track("", data, false)
	return t.Track, r.err()
}

func (r *reader) track(at string, data json.RawMessage, files bool) Track {
	o := r.object(at, data)
	t := Track{Track: mock.Track{
		ACRID: o.text("acrid"), Title: o.text("title"), Artists: o.texts("artists"), Album: o.text("album"), Label: o.text("label"), ISRC: o.text("isrc"), UPC: o.text("upc"),
		ReleaseDate: o.text("release_date"), Duration: o.duration("duration"), BucketID: int(o.integer("bucket_id", -1, 1<<31-1)),
	}}
	if t.ReleaseDate != "" {
		if _, err := time.Parse(time.DateOnly, t.ReleaseDate); err != nil {
			r.add(o.place("release_date"), fmt.Sprintf("%q is not a date", t.ReleaseDate), "use the form 2006-01-31")
		}
	}
	if data, ok := o.take("user_defined"); ok {
		inner := o.object(o.place("user_defined"), data)
		t.UserDefined = map[string]string{}
		for name := range inner.members {
			t.UserDefined[name] = inner.text(name)
		}
	}
	if text := o.text("data_base64"); text != "" {
		content, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			r.add(o.place("data_base64"), "this is not valid Base64", "encode the file's bytes by RFC 4648, with + and /")
		}
		t.Data = content
	}
	if files {
		t.File = o.text("file")
	}
	o.done()
	return t
}
