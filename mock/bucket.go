package mock

import (
	"crypto/sha256"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// The types of buckets.
const (
	bucketFile    = "File"
	bucketLive    = "Live"
	bucketLiveRec = "LiveRec"
)

// A bucket holds recordings that files and samples are compared with. The server's lock must be held when its methods
// are called.
type bucket struct {
	id       int
	account  *account // nil: it is the service's own
	name     string
	kind     string
	region   string
	netType  int
	labels   []string
	template string // metadata_template

	created, updated time.Time

	files    []*ownFile // in the order of their ids
	byHash   map[[sha256.Size]byte][]*ownFile
	byTrack  map[int][]*ownFile // by the numbers of the tracks that are heard in them
	bytes    int64              // of all files
	channels shelf[*liveChannel]
	dedup    []*dedupFile
}

// bucketNames returns buckets in the format of containers.
func bucketNames(list []*bucket) []row {
	rows := make([]row, 0, len(list))
	for _, b := range list {
		rows = append(rows, row{"id": b.id, "name": b.name})
	}
	return rows
}

// json is the bucket in the service's format. The unit of its size is not known. The size of an empty bucket has been
// seen as a number, others as text.
func (b *bucket) json() row {
	var size any = 0
	if b.bytes > 0 {
		size = strconv.FormatInt(b.bytes, 10)
	}
	owner := 0
	if b.account != nil {
		owner = b.account.id
	}
	return row{
		"id": b.id, "uid": owner, "name": b.name, "type": b.kind, "state": 1, "region": b.region, "net_type": b.netType, "labels": b.labels,
		"metadata_template": orNull(b.template), "num": len(b.files) + len(b.channels.ids) + len(b.dedup), "size": size, "access_permission": "private",
		"created_at": b.created.UTC().Format(dateTime), "updated_at": b.updated.UTC().Format(dateTime),
	}
}

// brief is the bucket as a project shows it.
func (b *bucket) brief() row {
	return row{"id": b.id, "name": b.name, "type": b.kind, "metadata_template": orNull(b.template)}
}

// orNull returns null for an empty text.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// An ownFile is a file in a bucket. Its content is not kept, only its hash and what was heard in it.
type ownFile struct {
	*content

	id          int
	bucket      *bucket
	acrID       string
	title       string
	dataType    string
	url         string
	userDefined map[string]any

	created, updated time.Time
	readyAt          time.Time
	failed           bool      // it ends in state -1
	sounds           []stretch // of tracks
}

// state is 0 while the file is being processed, 1 when it can be recognised, and -1 if processing failed.
func (f *ownFile) state() int {
	switch {
	case f.bucket.account.now().Before(f.readyAt):
		return stateProcessing
	case f.failed:
		return stateNoResults
	}
	return stateReady
}

// json is the file in the format of lists. There its duration is a whole number; in the response to an upload it is
// text.
func (f *ownFile) json() row {
	defined := f.userDefined
	if defined == nil {
		defined = map[string]any{}
	}
	return row{
		"id": f.id, "uid": f.bucket.account.id, "bucket_id": f.bucket.id, "acr_id": f.acrID, "state": f.state(), "title": f.title, "audio_id": "",
		"duration": int(f.duration + 0.5), "user_defined": defined,
		"created_at": f.created.UTC().Format(timeLayout), "updated_at": f.updated.UTC().Format(timeLayout),
	}
}

// uploaded is the file in the format of the response to an upload.
func (f *ownFile) uploaded() row {
	v := f.json()
	v["state"], v["duration"] = stateProcessing, strconv.FormatFloat(f.duration, 'f', -1, 64)
	return v
}

// track is the file in the format of results: a custom file with the user's keys, as they are when it is found.
func (f *ownFile) track() *Track {
	return &Track{
		ACRID: f.acrID, Title: f.title, Duration: seconds(f.duration), BucketID: f.bucket.id, audioID: strconv.Itoa(f.id), keys: f.userDefined,
	}
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// insert adds a file.
func (b *bucket) insert(f *ownFile) {
	i, _ := b.index(f.id)
	b.files = slices.Insert(b.files, i, f)
	f.bucket = b
	b.bytes += f.size
	if b.byHash == nil {
		b.byHash, b.byTrack = map[[sha256.Size]byte][]*ownFile{}, map[int][]*ownFile{}
	}
	if f.size > 0 {
		b.byHash[f.hash] = append(b.byHash[f.hash], f)
	}
	for _, number := range numbers(f.sounds) {
		b.byTrack[number] = append(b.byTrack[number], f)
	}
}

// numbers returns the numbers of the tracks that were heard, each once.
func numbers(heard []stretch) []int {
	list := make([]int, 0, len(heard))
	for _, h := range heard {
		list = append(list, h.number)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (b *bucket) index(id int) (int, bool) {
	i := sort.Search(len(b.files), func(i int) bool { return b.files[i].id >= id })
	return i, i < len(b.files) && b.files[i].id == id
}

func (b *bucket) removeFile(f *ownFile) {
	i, ok := b.index(f.id)
	if !ok {
		return
	}
	b.files = slices.Delete(b.files, i, i+1)
	b.bytes -= f.size
	forget(b.byHash, f.hash, f)
	for _, number := range numbers(f.sounds) {
		forget(b.byTrack, number, f)
	}
}

// forget removes a file from an index.
func forget[K comparable](index map[K][]*ownFile, key K, f *ownFile) {
	index[key] = slices.DeleteFunc(index[key], func(other *ownFile) bool { return other == f })
	if len(index[key]) == 0 {
		delete(index, key)
	}
}

// file finds a file by its id, or its ACRID.
func (b *bucket) file(id string) *ownFile {
	id = strings.TrimSpace(id)
	if n, err := strconv.Atoi(id); err == nil {
		if i, ok := b.index(n); ok {
			return b.files[i]
		}
	}
	i := slices.IndexFunc(b.files, func(f *ownFile) bool { return f.acrID == id })
	if i < 0 {
		return nil
	}
	return b.files[i]
}

// matching returns the files that a list shows.
func (b *bucket) matching(search, state string) []*ownFile {
	list := make([]*ownFile, 0, len(b.files))
	for _, f := range b.files {
		if strings.Contains(f.title, search) && (state == "" || strconv.Itoa(f.state()) == state) {
			list = append(list, f)
		}
	}
	return list
}

// sounds returns the stretches of tracks in content. The server knows that a track's audio and its Data are the same
// track.
func (s *Server) sounds(heard []stretch, hash [sha256.Size]byte) []stretch {
	if n, ok := s.hashes[hash]; ok {
		return []stretch{{number: n, length: s.tracks[n-1].Duration.Seconds()}}
	}
	return heard
}

// inBuckets finds files of buckets in content: the same bytes, or the same stretch of a track. The lock must be held.
func inBuckets(buckets []*bucket, heard []stretch, hash [sha256.Size]byte, duration float64) []passage {
	var found []passage
	for _, b := range buckets {
		same := b.byHash[hash]
		for _, f := range same {
			if f.state() != stateReady {
				continue
			}
			length := f.duration
			if duration > 0 {
				length = min(length, duration)
			}
			found = append(found, passage{track: f.track(), length: length})
		}
		for _, number := range numbers(heard) {
			for _, f := range b.byTrack[number] {
				if f.state() == stateReady && !slices.Contains(same, f) {
					found = append(found, f.overlaps(number, heard)...)
				}
			}
		}
	}
	return found
}

// overlaps returns the stretches of a track that a file shares with the content.
func (f *ownFile) overlaps(number int, heard []stretch) []passage {
	var found []passage
	for _, h := range heard {
		for _, o := range f.sounds {
			from, to := max(h.start, o.start), min(h.start+h.length, o.start+o.length)
			if h.number == number && o.number == number && to-from >= minPassage {
				found = append(found, passage{track: f.track(), offset: h.offset + from - h.start, start: o.offset + from - o.start, length: to - from})
			}
		}
	}
	return found
}
