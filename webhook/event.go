package webhook

import (
	"encoding/json"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// An Event is one callback. Do not change what it points to: others may read it too.
type Event struct {
	Kind Kind

	// Of a file scan. What the body does not have is zero, except after a re-fetch.
	FileID      string
	ContainerID int
	State       filescan.State
	Name        string            // of the file, as it was uploaded
	Results     *filescan.Results // nil where the body has none, which is usual for other states than StateReady

	// Monitoring is set for broadcast monitoring only, and for its test payload.
	Monitoring *Monitoring

	// Refetched means that the event is what the API says, not what was posted; see WithRefetch. Raw and Header are nil then, since
	// nothing in them can be trusted.
	Refetched bool

	// Header is that of the request, nil from Parse. It has no credentials: the header of the secret is removed, and so are
	// Authorization, Proxy-Authorization, Cookie, Set-Cookie and any header that repeats the secret or the URL's query. A [Verifier]
	// sees them all.
	Header http.Header
	Raw    []byte // the body as it was posted, for every Kind

	// Extra has every member of the body that is not above, such as the text "status" of older callbacks, and those above that had
	// an unreadable value.
	Extra map[string]json.RawMessage

	file      *filescan.File  // from the API
	undecoded json.RawMessage // the posted results, if the API is asked for them
}

// File returns the scanned file: as the API knows it after a re-fetch, else with as much as the callback says of it. It is nil for
// other kinds than [FileScan].
func (e *Event) File() *filescan.File {
	switch {
	case e == nil || e.Kind != FileScan:
		return nil
	case e.file != nil:
		return e.file
	}
	return &filescan.File{ID: e.FileID, ContainerID: e.ContainerID, Name: e.Name, State: e.State, Results: e.Results, Extra: e.Extra}
}
