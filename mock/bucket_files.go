package mock

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// audios is the group of scopes for files of buckets.
const audios = "audios"

func bucketFileRoutes() []route {
	const files = "/api/buckets/{bucket}/files"
	return []route{
		{OpListBucketFiles, http.MethodGet, files, audios, false, (*Server).listBucketFiles},
		{OpCreateBucketFile, http.MethodPost, files, audios, false, (*Server).createBucketFile},
		{OpDumpBucketFiles, http.MethodGet, files + "/dump", audios, false, (*Server).dumpBucketFiles},
		{OpGetBucketFile, http.MethodGet, files + "/{files}", audios, false, (*Server).getBucketFiles},
		{OpUpdateBucketFile, http.MethodPut, files + "/{files}", audios, false, (*Server).updateBucketFile},
		{OpDeleteBucketFile, http.MethodDelete, files + "/{files}", audios, false, (*Server).deleteBucketFiles},
		{OpMoveBucketFiles, http.MethodPut, files + "/{files}/move", audios, false, (*Server).moveBucketFiles},
		// The following are not documented, but used by the official tool.
		{OpDeleteBucketFile, http.MethodDelete, files, audios, false, (*Server).deleteListedFiles},
		{OpMoveBucketFiles, http.MethodPost, files + "/move", audios, false, (*Server).moveListedFiles},
	}
}

// listBucketFiles accepts the search parameter of the documentation, and that of the official tool.
func (s *Server) listBucketFiles(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		query := q.URL.Query()
		search := query.Get("search")
		if search == "" {
			search = query.Get("keyword")
		}
		list := b.matching(search, query.Get("state"))
		if query.Get("sort") == "status" {
			slices.SortStableFunc(list, func(x, y *ownFile) int { return cmp.Compare(x.state(), y.state()) })
		}
		if query.Get("order") == "desc" {
			slices.Reverse(list)
		}
		return paged(q.Request, len(list), func(i int) any { return list[i].json() })
	})
}

// createBucketFile creates a file of any of the four kinds.
func (s *Server) createBucketFile(q *request) *response {
	if refused := s.withBucket(q, func(*bucket) *response { return nil }); refused != nil { // before the body is read
		return refused
	}
	sent, upload, err := readUpload(q.Request)
	if err != nil {
		return message(http.StatusBadRequest, "The form is not complete.")
	}
	return s.withBucket(q, func(b *bucket) *response {
		f := s.ownFileOf(sent, upload)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		now := s.now()
		f.id, f.created, f.updated, f.readyAt = s.newID(), now, now, now.Add(s.processing)
		f.acrID = hexadecimal(s.random, 32)
		b.insert(f)
		return data(http.StatusOK, f.uploaded())
	})
}

// ownFileOf returns the file that a request describes. Content without audible sound ends in state -1, and so does an
// ACRID that no track has. Which of these the service refuses immediately is not known.
func (s *Server) ownFileOf(sent *body, upload *content) *ownFile {
	f := &ownFile{content: upload}
	sent.required("data_type")
	sent.text("data_type", &f.dataType, "audio", "fingerprint", "audio_url", "acrid")
	sent.text("title", &f.title)
	sent.object("user_defined", &f.userDefined)
	switch f.dataType {
	case "audio", "fingerprint":
		sent.required("title")
		if upload == nil {
			sent.problems.add("file", "The file field is required.")
			break
		}
		_, known := s.hashes[upload.hash]
		f.sounds = s.sounds(upload.heard, upload.hash)
		f.failed = !known && (upload.size == 0 || (f.dataType == "audio" && !upload.readable))
	case "audio_url":
		sent.required("url")
		sent.text("url", &f.url)
		u, err := url.Parse(f.url)
		if f.url != "" && (err != nil || u.Host == "") {
			sent.problems.add("url", "The url format is invalid.")
		}
		if err == nil && f.title == "" {
			f.title = baseName(u.Path)
		}
		f.content = &content{readable: true}
	case "acrid":
		acrid := ""
		sent.required("acrid")
		sent.text("acrid", &acrid)
		f.content = &content{readable: true}
		t := s.trackOf(acrid)
		f.failed = t == nil
		if t != nil {
			f.duration = t.Duration.Seconds()
			f.sounds = []stretch{{number: t.number, length: f.duration}}
			if f.title == "" {
				f.title = t.Title
			}
		}
	}
	return f
}

// trackOf returns the track of ACRCloud Music with the given ACRID, or nil.
func (s *Server) trackOf(acrid string) *Track {
	i := slices.IndexFunc(s.tracks, func(t *Track) bool { return t.BucketID == 0 && strings.EqualFold(t.ACRID, acrid) })
	if i < 0 {
		return nil
	}
	return s.tracks[i]
}

// dumpBucketFiles is not documented, but used by the official tool, whose help says that it works once a day. Its
// format, and the response to a second request, are not known.
func (s *Server) dumpBucketFiles(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		rows := make([]row, 0, len(b.files))
		for _, f := range b.files {
			rows = append(rows, f.json())
		}
		return data(http.StatusOK, rows)
	})
}

// withOwnFiles runs do for files of the bucket in a path, if all exist. What the service does if only some exist is not
// known.
func (s *Server) withOwnFiles(q *request, ids []string, do func(b *bucket, files []*ownFile) *response) *response {
	return s.withBucket(q, func(b *bucket) *response {
		files := make([]*ownFile, 0, len(ids))
		for _, id := range ids {
			f := b.file(id)
			if f == nil {
				return notFound()
			}
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
		return do(b, files)
	})
}

// getBucketFiles returns an object for one id, and a list for several.
func (s *Server) getBucketFiles(q *request) *response {
	ids := strings.Split(q.PathValue("files"), ",")
	return s.withOwnFiles(q, ids, func(_ *bucket, files []*ownFile) *response {
		if len(ids) == 1 {
			return data(http.StatusOK, files[0].json())
		}
		rows := make([]row, 0, len(files))
		for _, f := range files {
			rows = append(rows, f.json())
		}
		return data(http.StatusOK, rows)
	})
}

func (s *Server) updateBucketFile(q *request) *response {
	sent := readBody(q.Request)
	return s.withOwnFiles(q, []string{q.PathValue("files")}, func(_ *bucket, files []*ownFile) *response {
		changed := *files[0]
		sent.text("title", &changed.title)
		sent.object("user_defined", &changed.userDefined)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		changed.updated = s.now()
		*files[0] = changed
		return data(http.StatusOK, changed.json())
	})
}

func (s *Server) deleteBucketFiles(q *request) *response {
	return s.deleteOwnFiles(q, strings.Split(q.PathValue("files"), ","))
}

func (s *Server) deleteListedFiles(q *request) *response {
	sent := readBody(q.Request)
	var ids []string
	sent.required("ids")
	sent.texts("ids", &ids)
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	return s.deleteOwnFiles(q, ids)
}

func (s *Server) deleteOwnFiles(q *request, ids []string) *response {
	return s.withOwnFiles(q, ids, func(b *bucket, files []*ownFile) *response {
		for _, f := range files {
			b.removeFile(f)
		}
		return nothing()
	})
}

// moveBucketFiles moves files into the bucket in the path, from any other bucket of the account. The format of the
// response is not known; here it is the moved files.
func (s *Server) moveBucketFiles(q *request) *response {
	return s.withBucket(q, func(target *bucket) *response {
		return moveFiles(target, q.account.buckets.all(nil), strings.Split(q.PathValue("files"), ","))
	})
}

func (s *Server) moveListedFiles(q *request) *response {
	sent := readBody(q.Request)
	var ids []string
	var to int
	sent.required("target_bucket_id", "ids")
	sent.texts("ids", &ids)
	sent.number("target_bucket_id", &to)
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	return s.withBucket(q, func(source *bucket) *response {
		target, ok := q.account.buckets.get(to)
		if !ok {
			sent.invalid("target_bucket_id")
			return invalid(q.Request, sent.problems)
		}
		return moveFiles(target, []*bucket{source}, ids)
	})
}

// moveFiles moves files from any of the given buckets, if all exist.
func moveFiles(target *bucket, from []*bucket, ids []string) *response {
	var files []*ownFile
	for _, id := range ids {
		var f *ownFile
		for _, b := range from {
			if f = b.file(id); f != nil {
				break
			}
		}
		if f == nil {
			return notFound()
		}
		if !slices.Contains(files, f) {
			files = append(files, f)
		}
	}
	rows := make([]row, 0, len(files))
	for _, f := range files {
		f.bucket.removeFile(f)
		f.updated = target.account.now()
		target.insert(f)
		rows = append(rows, f.json())
	}
	return data(http.StatusOK, rows)
}
