package mock

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func dedupFileRoutes() []route {
	const files = "/api/buckets/{bucket}/dedup-files"
	return []route{
		{OpListDedupFiles, http.MethodGet, files, audios, false, (*Server).listDedupFiles},
		{OpCreateDedupFile, http.MethodPost, files, audios, false, (*Server).createDedupFile},
		{OpGetDedupFile, http.MethodGet, files + "/{files}", audios, false, (*Server).getDedupFile},
		{OpDeleteDedupFile, http.MethodDelete, files + "/{files}", audios, false, (*Server).deleteDedupFiles},
	}
}

// A dedupFile is a recording with all ids that it was uploaded with.
type dedupFile struct {
	*content

	acrID            string
	ids              []string
	created, updated time.Time
}

func (f *dedupFile) json() row {
	return row{"dup_files": f.ids, "acr_id": f.acrID, "created_at": f.created.UTC().Format(dateTime), "updated_at": f.updated.UTC().Format(dateTime)}
}

// same reports whether content is the same recording: the same bytes, or two seconds or more of the same track.
func (s *Server) same(f *dedupFile, c *content) bool {
	if f.hash == c.hash {
		return true
	}
	for _, h := range s.sounds(c.heard, c.hash) {
		for _, o := range s.sounds(f.heard, f.hash) {
			if h.number == o.number && min(h.start+h.length, o.start+o.length)-max(h.start, o.start) >= minPassage {
				return true
			}
		}
	}
	return false
}

// createDedupFile adds a recording if there is no duplicate. Otherwise the id is added to the existing one, as in
// documented lists.
func (s *Server) createDedupFile(q *request) *response {
	if refused := s.withBucket(q, func(*bucket) *response { return nil }); refused != nil {
		return refused
	}
	sent, upload, err := readUpload(q.Request)
	if err != nil {
		return message(http.StatusBadRequest, "The form is not complete.")
	}
	return s.withBucket(q, func(b *bucket) *response {
		id, keep := "", 1
		sent.required("id")
		sent.text("id", &id)
		sent.number("db_if_nodup", &keep, 0, 1)
		if upload == nil {
			sent.problems.add("file", "The file field is required.")
		}
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		now := s.now()
		i := slices.IndexFunc(b.dedup, func(f *dedupFile) bool { return s.same(f, upload) })
		if i < 0 {
			f := &dedupFile{content: upload, acrID: hexadecimal(s.random, 32), ids: []string{id}, created: now, updated: now}
			if keep == 1 {
				b.dedup = append(b.dedup, f)
			}
			return data(http.StatusOK, row{"dup_files": []string{}, "acr_id": f.acrID, "do_db": keep == 1})
		}
		f := b.dedup[i]
		duplicates := slices.Clone(f.ids)
		if !slices.Contains(f.ids, id) {
			f.ids, f.updated = append(f.ids, id), now
		}
		return data(http.StatusOK, row{"dup_files": duplicates, "acr_id": f.acrID, "do_db": false})
	})
}

func (s *Server) listDedupFiles(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		n := len(b.dedup)
		return paged(q.Request, n, func(i int) any { return b.dedup[n-1-i].json() })
	})
}

// getDedupFile accepts an ACRID, and the id that a recording was uploaded with: which one the service expects is not
// known.
func (s *Server) getDedupFile(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		id := q.PathValue("files")
		i := slices.IndexFunc(b.dedup, func(f *dedupFile) bool { return f.acrID == id || slices.Contains(f.ids, id) })
		if i < 0 {
			return notFound()
		}
		return data(http.StatusOK, b.dedup[i].json())
	})
}

func (s *Server) deleteDedupFiles(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		ids := strings.Split(strings.ReplaceAll(q.PathValue("files"), " ", ""), ",")
		for _, id := range ids {
			if !slices.ContainsFunc(b.dedup, func(f *dedupFile) bool { return f.acrID == id }) {
				return notFound()
			}
		}
		b.dedup = slices.DeleteFunc(b.dedup, func(f *dedupFile) bool { return slices.Contains(ids, f.acrID) })
		return nothing()
	})
}
