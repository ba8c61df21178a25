package mock

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A fileRequest has the fields of a request that creates a file, in any format.
type fileRequest struct {
	fields   map[string]string
	form     bool     // it came as one
	upload   *content // in that; nil if there is none
	filename string   // of that
}

func (s *Server) createFile(q *request) *response {
	// The container is checked before the body is read.
	if refused := s.withContainer(q, func(*container) *response { return nil }); refused != nil {
		return refused
	}
	from, refused := readFileRequest(q.Request)
	if refused != nil {
		return refused
	}
	return s.withContainer(q, func(c *container) *response {
		f, problems := s.fileOf(c, from)
		if len(problems) > 0 {
			return invalid(q.Request, problems)
		}
		if f.rule = s.ruleFor(c, f); f.rule != nil && f.rule.Fault != nil {
			q.fault = f.rule.Fault
			if q.fault.prevents() {
				return nothing() // a closed connection has no response
			}
		}
		f.id = s.uuid()
		f.created = s.now().UnixNano()
		f.updated = f.created
		c.add(f)
		s.files[f.id] = f
		s.process(f)
		created := data(http.StatusCreated, f.json(false))
		s.early(f)
		return created
	})
}

// readFileRequest reads a body in any of the formats that clients send.
func readFileRequest(r *http.Request) (*fileRequest, *response) {
	from := &fileRequest{fields: map[string]string{}}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		from.form = true
		if from.readForm(multipart.NewReader(r.Body, params["boundary"])) != nil {
			return nil, message(http.StatusBadRequest, "The form is not complete.")
		}
	case "application/x-www-form-urlencoded":
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		form, _ := url.ParseQuery(string(body))
		for name := range form {
			from.fields[name] = form.Get(name)
		}
	default:
		for name, value := range readJSON(r) {
			from.fields[name], _ = value.(string)
		}
	}
	return from, nil
}

// readForm reads a form with a file, or with fields only.
func (from *fileRequest) readForm(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FormName() == "file" && part.FileName() != "" {
			if from.upload, err = take(part); err != nil {
				return err
			}
			from.filename = part.FileName()
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, 64<<10))
		if err != nil {
			return err
		}
		from.fields[part.FormName()] = string(value)
	}
}

// fileOf returns the file that a request describes. The lock must be held.
func (s *Server) fileOf(c *container, from *fileRequest) (*file, problems) {
	f := &file{content: from.upload, dataType: from.fields["data_type"], name: from.fields["name"]}
	problems := problems{}
	switch f.dataType {
	case "audio", "fingerprint":
		name := from.filename
		if f.content == nil {
			name = from.fields["filename"]
			f.content = s.storedContent(c, from.fields["key"])
			switch {
			case from.form && from.fields["key"] == "":
				problems.add("file", "The file field is required.")
			case f.content == nil:
				problems.add("key", "The selected key is invalid.")
				fallthrough
			default:
				if name == "" {
					problems.add("filename", "The filename field is required.")
				}
			}
		}
		f.uri = "audio:" + name
		if f.name == "" {
			f.name = f.uri[len("audio:"):] // shares its memory
		}
	case "audio_url", "platforms":
		u, err := url.Parse(from.fields["url"])
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "ftp"}, u.Scheme) || (f.dataType == "platforms" && u.Scheme == "ftp") {
			problems.add("url", "The url format is invalid.")
			break
		}
		f.content, f.url, f.uri = &content{readable: true}, u.String(), "audio_url:"+u.Path
		if f.dataType == "platforms" {
			f.uri = platform(u)
		}
		if f.name == "" {
			f.name = baseName(u.Path)
		}
	default: // including isrc, whose fields are not known
		problems.add("data_type", "The selected data type is invalid.")
		if from.form && from.upload == nil && from.fields["url"] == "" {
			problems.add("file", "The file field is required.")
		}
	}
	return f, problems
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
