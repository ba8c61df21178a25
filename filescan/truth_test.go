package filescan_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// truth is a small File Scanning service that remembers which content every file was made of. It shares no code with the client and
// with package mock. A scan ends at once, and its result is the content's hash.
type truth struct {
	base string // its own address
	lag  func() time.Duration
	hook func(op string, w http.ResponseWriter, r *http.Request) (handled bool)

	mu     sync.Mutex
	keys   int
	stored map[string]string             // hashes by storage key
	files  map[string]*truthFile         // by id
	words  map[string][]*truthFile       // by each word of the name: what a search finds
	seen   []string                      // the operations
	bodies []map[string]any              // of creating requests
	shown  func(name string) (as string) // how the service changes names; nil: not at all
}

type truthFile struct {
	id, name, dataType, hash string
	created, visible         time.Time
}

func hashOf(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }

func newTruth(base string) *truth {
	return &truth{base: base, stored: map[string]string{}, files: map[string]*truthFile{}, words: map[string][]*truthFile{}}
}

// client returns a client that reaches the service in memory.
func (s *truth) client(t *testing.T, opts ...acrcloud.Option) *filescan.Client {
	t.Helper()
	c, err := filescan.New(acrcloud.Config{BaseURL: s.base, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
		append([]acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: inMemory{s}})}, opts...)...)
	require.NoError(t, err)
	return c
}

// inMemory is a transport that responds through a handler.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	err := serveHTTP(m.handler.ServeHTTP, w, in)
	_, _ = io.Copy(io.Discard, in.Body)
	_ = in.Body.Close()
	if err == nil {
		err = r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// The operations of the service.
const (
	opStore   = "store"
	opPresign = "presign"
	opCreate  = "create"
	opList    = "list"
	opGet     = "get"
)

func opOf(r *http.Request) string {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/store/"):
		return opStore
	case strings.HasSuffix(path, "/presigned-upload"):
		return opPresign
	case strings.HasSuffix(path, "/files") && r.Method == http.MethodPost:
		return opCreate
	case strings.HasSuffix(path, "/files"):
		return opList
	}
	return opGet
}

// ServeHTTP implements [http.Handler].
func (s *truth) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := opOf(r)
	s.mu.Lock()
	s.seen = append(s.seen, op)
	s.mu.Unlock()
	if s.hook != nil && s.hook(op, w, r) {
		return
	}
	s.process(op, w, r)
}

func (s *truth) process(op string, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // half a request does nothing
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch op {
	case opPresign:
		s.keys++
		key := fmt.Sprintf("key-%d", s.keys)
		reply(w, http.StatusOK, map[string]any{"data": map[string]any{"presigned_url": s.base + "/store/" + key + "?X-Signature=s1gn4ture", "key": key}})
	case opStore:
		s.stored[strings.TrimPrefix(r.URL.Path, "/store/")] = hashOf(body)
	case opCreate:
		s.create(w, r, body)
	case opList:
		s.list(w, r)
	default:
		f := s.files[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]
		if f == nil {
			reply(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
			return
		}
		reply(w, http.StatusOK, map[string]any{"data": []any{f.show()}})
	}
}

func (s *truth) create(w http.ResponseWriter, r *http.Request, body []byte) {
	in := map[string]any{}
	var hash string
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && params["boundary"] != "" {
		form, err := multipart.NewReader(strings.NewReader(string(body)), params["boundary"]).ReadForm(1 << 20)
		if err != nil {
			reply(w, http.StatusUnprocessableEntity, map[string]any{"message": err.Error()})
			return
		}
		for name, values := range form.Value {
			in[name] = values[0]
		}
		in["filename"] = form.File["file"][0].Filename
		f, _ := form.File["file"][0].Open()
		content, _ := io.ReadAll(f)
		hash = hashOf(content)
	} else {
		_ = json.Unmarshal(body, &in)
		if key, ok := in["key"].(string); ok {
			hash = s.stored[key]
		} else {
			hash = hashOf(fmt.Append(nil, in["url"]))
		}
	}
	s.bodies = append(s.bodies, in)
	if hash == "" {
		reply(w, http.StatusUnprocessableEntity, map[string]any{"message": "The key is unknown."})
		return
	}
	name, _ := in["name"].(string)
	if name == "" {
		name, _ = in["filename"].(string)
	}
	if s.shown != nil {
		name = s.shown(name)
	}
	dataType, _ := in["data_type"].(string)
	reply(w, http.StatusCreated, map[string]any{"data": s.add(name, dataType, hash).show()})
}

// add makes a file.
func (s *truth) add(name, dataType, hash string) *truthFile {
	now := time.Now()
	f := &truthFile{id: fmt.Sprintf("6b1e2c1a-0000-4000-8000-%012d", len(s.files)+1), name: name, dataType: dataType, hash: hash, created: now, visible: now}
	if s.lag != nil {
		f.visible = now.Add(s.lag())
	}
	s.files[f.id] = f
	for _, word := range words(name) {
		s.words[word] = append(s.words[word], f)
	}
	return f
}

// words are the parts of a name that are an index in themselves: a list of everything would make a soak of many files a soak of this
// service.
func words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '_' })
}

func (s *truth) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var rows []*truthFile
	for _, f := range s.words[words(q.Get("search"))[0]] {
		if strings.Contains(f.name, q.Get("search")) && !f.visible.After(time.Now()) {
			rows = append(rows, f)
		}
	}
	slices.SortFunc(rows, func(a, b *truthFile) int { return strings.Compare(a.id, b.id) })
	page, _ := strconv.Atoi(q.Get("page"))
	perPage, _ := strconv.Atoi(q.Get("per_page"))
	last := max(1, (len(rows)+perPage-1)/perPage)
	data := []any{}
	for _, f := range rows[min((page-1)*perPage, len(rows)):min(page*perPage, len(rows))] {
		data = append(data, f.show())
	}
	reply(w, http.StatusOK, map[string]any{"data": data, "meta": map[string]any{"current_page": page, "last_page": last, "per_page": perPage, "total": len(rows)}})
}

func (f *truthFile) show() map[string]any {
	return map[string]any{
		"id": f.id, "cid": 7, "name": f.name, "data_type": f.dataType, "state": 1, "created_at": f.created.UTC().Format("2006-01-02T15:04:05.000000Z"),
		"results": map[string]any{"music": []any{map[string]any{"offset": 0, "played_duration": 1, "result": map[string]any{"title": f.hash}}}},
	}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// made returns the files made of a content.
func (s *truth) made(content []byte) (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.hash == hashOf(content) {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// count returns how often an operation was asked for.
func (s *truth) count(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, seen := range s.seen {
		if seen == op {
			n++
		}
	}
	return n
}

// after makes a hook that processes the first creating request, and then answers it otherwise.
func (s *truth) after(answer http.HandlerFunc) func(string, http.ResponseWriter, *http.Request) bool {
	return s.onCreate(1, func(w http.ResponseWriter, r *http.Request) {
		s.process(opCreate, httptest.NewRecorder(), r)
		answer(w, r)
	})
}

// onCreate makes a hook that responds to the nth creating request.
func (s *truth) onCreate(nth int, answer http.HandlerFunc) func(string, http.ResponseWriter, *http.Request) bool {
	return func(op string, w http.ResponseWriter, r *http.Request) bool {
		if op != opCreate || s.count(opCreate) != nth {
			return false
		}
		answer(w, r)
		return true
	}
}
