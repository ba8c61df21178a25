package identify

import (
	"encoding/json"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Result is what the service has recognised in a sample. The project's settings determine which lists it can fill, and
// it may fill several: a result may also contain only custom files. None is sorted by score; [Result.Top] ranks them
// all.
//
// Decoding is tolerant in the way of [acrcloud.Music]. In JSON the lists and TimestampUTC are members of "metadata", as the service
// sends them.
//
//nolint:recvcheck // encoding leaves it alone, and the other methods take a nil Result for an empty one
type Result struct {
	Status       Status
	TimestampUTC string // when the service recognised it, as "2006-01-02 15:04:05"

	Music         []acrcloud.Music      // recordings, by their sound
	Humming       []HummingMatch        // recordings, by their melody
	CustomFiles   []acrcloud.CustomFile // audio of your own buckets
	Streams       []acrcloud.Stream     // public channels that were playing it
	CustomStreams []acrcloud.Stream     // your own channels that were playing it

	CostTime   float64 // how long the service took, in seconds, the receiving of the sample included; 0 if it does not say
	ResultType int     // undocumented

	// Raw is the JSON that the Result was decoded from, byte for byte, or nil. It is not encoded again.
	Raw json.RawMessage

	// MetadataExtra has the members of "metadata" that are not above. A row that could not be read as its type is here too, under its
	// list's name.
	MetadataExtra map[string]json.RawMessage

	// Extra has the top-level members that are not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage
}

// Matched reports whether anything was recognised. It is false for a nil Result.
func (r *Result) Matched() bool {
	return r != nil && len(r.Music)+len(r.Humming)+len(r.CustomFiles)+len(r.Streams)+len(r.CustomStreams) > 0
}
