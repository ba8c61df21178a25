package mock

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The states of a file.
const (
	stateProcessing = 0
	stateReady      = 1
	stateNoResults  = -1
	stateError      = -3
)

// A file as the service keeps it.
type file struct {
	object

	container *container // nil: it was deleted
	number    uint32     // in the order of creation
	slot      int32      // in container.pending; -1: none

	id       string
	name     string
	uri      string
	url      string
	dataType string

	created, updated int64 // in nanoseconds since 1970
	readyAt          int64
	round            uint32         // how often its processing has begun
	plan             *CallbackFault // what happens to the callback; nil before it is decided

	settled       bool // what follows is decided
	state         int
	seconds       float64
	musicDetected int
	results       json.RawMessage
	detail        string
	engine        int
}

// json is the file as the service shows it. The results are left out of lists unless they are asked for.
func (f *file) json(withResults bool) any {
	v := map[string]any{
		"id": f.id, "uid": f.container.AccountID, "cid": f.container.ID, "name": f.name, "duration": int(math.Round(f.seconds)), "uri": f.uri, "url": f.url,
		"data_type": f.dataType, "engine": f.engine, "count": 0, "total": 0, "state": f.state, "music_detected": f.musicDetected,
		"created_at": timeText(f.created), "updated_at": timeText(f.updated),
	}
	if f.detail != "" {
		v["detail"] = f.detail
	}
	if withResults {
		v["results"] = f.results
	}
	return v
}

func timeText(nanoseconds int64) string { return time.Unix(0, nanoseconds).UTC().Format(timeLayout) }

// settle ends the processing of a file whose time has come. It is called with the lock held.
func (s *Server) settle(f *file) {
	c := f.container
	if c == nil || f.settled || time.Now().UnixNano() < f.readyAt {
		return
	}
	c.pending.remove(f)
	f.settled = true
	f.updated = f.readyAt
	s.scan(c, f)
	s.callback(c, f)
}

func (s *Server) createFile(r *http.Request, args []string) *answer {
	s.mu.Lock()
	c := s.container(args[0])
	s.mu.Unlock()
	if c == nil {
		return message(http.StatusNotFound, "Not Found")
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var f *file
	var refused *answer
	switch kind {
	case "multipart/form-data":
		f, refused = s.readForm(r, params["boundary"])
	case "application/x-www-form-urlencoded":
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		form, _ := url.ParseQuery(string(body))
		fields := map[string]any{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		f, refused = s.readRecord(r, c.ID, fields)
	default:
		f, refused = s.readRecord(r, c.ID, readJSON(r))
	}
	if refused != nil {
		return refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.container(args[0]) != c {
		return message(http.StatusNotFound, "Not Found")
	}
	now := time.Now().UnixNano()
	f.id, f.engine = s.uuid(), c.Engine
	f.created, f.updated = now, now
	c.add(f)
	s.process(c, f)
	created := data(http.StatusCreated, f.json(false))
	s.early(f)
	return created
}

// process begins the processing of a file.
func (s *Server) process(c *container, f *file) {
	c.move(f, stateProcessing)
	f.settled, f.results, f.musicDetected, f.detail = false, nil, 0, ""
	f.readyAt = time.Now().Add(s.processing).UnixNano()
	c.pending.add(f)
	f.round++
	if c.CallbackURL == "" || s.closed {
		return
	}
	f.plan = s.planCallback()
	// A timer is never stopped: it may belong to another testing/synctest bubble. One whose time has passed by finds another round.
	round := f.round
	time.AfterFunc(s.processing, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed && f.round == round {
			s.settle(f)
		}
	})
}

// readForm reads an upload that comes in one form.
func (s *Server) readForm(r *http.Request, boundary string) (*file, *answer) {
	f := &file{}
	var o *object
	problems := problems{}
	parts := multipart.NewReader(r.Body, boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, message(http.StatusBadRequest, "The form is not complete.")
		}
		if part.FormName() == "file" && part.FileName() != "" {
			if o, err = take(part); err != nil {
				return nil, message(http.StatusBadRequest, "The form is not complete.")
			}
			o.name = part.FileName()
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, 64<<10))
		if err != nil {
			return nil, message(http.StatusBadRequest, "The form is not complete.")
		}
		switch part.FormName() {
		case "data_type":
			f.dataType = string(value)
		case "name":
			f.name = string(value)
		}
	}
	if o == nil {
		problems.add("file", "The file field is required.")
	}
	if f.dataType != "audio" && f.dataType != "fingerprint" {
		problems.add("data_type", "The selected data type is invalid.")
	}
	if len(problems) > 0 {
		return nil, invalid(r, problems)
	}
	f.object, f.uri = *o, "audio:"+o.name
	if f.name == "" {
		f.name = o.name
	}
	return f, nil
}

// readRecord reads the record of stored content, or of content that the service fetches.
func (s *Server) readRecord(r *http.Request, container int, body map[string]any) (*file, *answer) {
	text := func(field string) string {
		v, _ := body[field].(string)
		return v
	}
	f := &file{dataType: text("data_type"), name: text("name")}
	problems := problems{}
	switch f.dataType {
	case "audio", "fingerprint":
		s.mu.Lock()
		o := s.uploads[text("key")]
		s.mu.Unlock()
		if o == nil || o.container != container { // that a key is good for its own container only is assumed
			problems.add("key", "The selected key is invalid.")
		}
		if text("filename") == "" {
			problems.add("filename", "The filename field is required.")
		}
		if len(problems) > 0 {
			return nil, invalid(r, problems)
		}
		f.object, f.uri = *o, "audio:"+text("filename")
		if f.name == "" {
			f.name = text("filename")
		}
	case "audio_url", "platforms":
		u, err := url.Parse(text("url"))
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "ftp"}, u.Scheme) || (f.dataType == "platforms" && u.Scheme == "ftp") {
			problems.add("url", "The url format is invalid.")
			return nil, invalid(r, problems)
		}
		f.url, f.uri = u.String(), "audio_url:"+u.Path
		if f.dataType == "platforms" {
			f.uri = platform(u)
		}
		if f.name == "" {
			f.name = baseName(u.Path)
		}
	default: // isrc among them: what it takes is not known
		problems.add("data_type", "The selected data type is invalid.")
		return nil, invalid(r, problems)
	}
	return f, nil
}

// platform is the URI of a video, such as "youtube:video:ID".
func platform(u *url.URL) string {
	site := strings.TrimSuffix(strings.TrimPrefix(u.Hostname(), "www."), ".com")
	id := u.Query().Get("v")
	if id == "" {
		id = u.Path[strings.LastIndex(u.Path, "/")+1:]
	}
	return site + ":video:" + id
}

func (s *Server) listFiles(r *http.Request, args []string) *answer {
	return s.withContainer(args[0], func(c *container) *answer {
		q := r.URL.Query()
		s.settleDue(c)
		files := c.matching(q.Get("state"), q.Get("search"), time.Now().Add(-s.listLag).UnixNano())
		withResults := q.Get("with_result") == "1"
		return paged(r, len(files), func(i int) any {
			return files[len(files)-1-i].json(withResults) // the newest first
		})
	})
}

// eachFile runs do for the files of a comma-separated list, if all are there; what the service does if only some are is not known. A
// blank after a comma does no harm.
func (s *Server) eachFile(args []string, do func(c *container, files []*file) *answer) *answer {
	return s.withContainer(args[0], func(c *container) *answer {
		var files []*file
		for id := range strings.SplitSeq(args[1], ",") {
			f := c.file(strings.TrimSpace(id))
			if f == nil {
				return message(http.StatusNotFound, "Not Found")
			}
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
		return do(c, files)
	})
}

func (s *Server) getFiles(_ *http.Request, args []string) *answer {
	return s.eachFile(args, func(_ *container, files []*file) *answer {
		rows := make([]any, 0, len(files))
		for _, f := range files {
			s.settle(f)
			rows = append(rows, f.json(true))
		}
		return data(http.StatusOK, rows)
	})
}

func (s *Server) deleteFiles(_ *http.Request, args []string) *answer {
	return s.eachFile(args, func(c *container, files []*file) *answer {
		for _, f := range files {
			c.remove(f)
		}
		return nothing()
	})
}

// rescanFiles processes files again, with the container's present settings.
func (s *Server) rescanFiles(_ *http.Request, args []string) *answer {
	return s.eachFile(args, func(c *container, files []*file) *answer {
		rows := make([]any, 0, len(files))
		for _, f := range files {
			f.engine, f.updated = c.Engine, time.Now().UnixNano()
			s.process(c, f)
			f.keepForLater()
			rows = append(rows, f.json(false))
		}
		return data(http.StatusOK, rows)
	})
}
