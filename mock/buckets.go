package mock

import (
	"net/http"
	"strings"
)

func bucketRoutes() []route {
	const group = "buckets" // of scopes
	return []route{
		{OpListBuckets, http.MethodGet, "/api/buckets", group, false, (*Server).listBuckets},
		{OpCreateBucket, http.MethodPost, "/api/buckets", group, false, (*Server).createBucket},
		{OpGetBucket, http.MethodGet, "/api/buckets/{bucket}", group, false, (*Server).getBucket},
		{OpUpdateBucket, http.MethodPut, "/api/buckets/{bucket}", group, false, (*Server).updateBucket},
		{OpDeleteBucket, http.MethodDelete, "/api/buckets/{bucket}", group, false, (*Server).deleteBucket},
	}
}

// withBucket runs do for the bucket in a path, with the lock held. Buckets are documented on the main hosts. Whether
// the regions' hosts serve them too is not known; here they do. The service's own bucket cannot be read.
func (s *Server) withBucket(q *request, do func(b *bucket) *response) *response {
	if q.PathValue("bucket") == "23" {
		return forbidden()
	}
	return withOwn(s, q, "bucket", func(a *account) *shelf[*bucket] { return &a.buckets }, do)
}

func (s *Server) listBuckets(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := q.URL.Query()
	region, kind := query.Get("region"), query.Get("type")
	list := q.account.buckets.newest(func(b *bucket) bool {
		return (region == "" || b.region == region) && (kind == "" || b.kind == kind) && strings.Contains(b.name, query.Get("search"))
	})
	return paged(q.Request, len(list), func(i int) any { return list[i].json() })
}

func (s *Server) getBucket(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response { return data(http.StatusOK, b.json()) })
}

// createBucket accepts any type, since more exist than are documented. net_type is 1 for online recognition, 2 for
// offline databases, and 0 for both.
func (s *Server) createBucket(q *request) *response {
	sent := readBody(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &bucket{netType: 1, account: q.account, created: s.now()}
	sent.required("name", "type", "region")
	sent.text("type", &b.kind)
	sent.region(q.place, &b.region)
	sent.number("net_type", &b.netType, 0, 1, 2)
	b.set(sent)
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	b.id, b.updated = s.newID(), b.created
	q.account.buckets.add(b.id, b)
	return data(http.StatusCreated, b.json())
}

// set sets the fields that can be changed. It is assumed that names need not be unique.
func (b *bucket) set(sent *body) {
	sent.text("name", &b.name)
	sent.texts("labels", &b.labels)
	sent.text("metadata_template", &b.template)
	b.updated = b.account.now()
}

func (s *Server) updateBucket(q *request) *response {
	sent := readBody(q.Request)
	return s.withBucket(q, func(b *bucket) *response {
		changed := *b
		changed.set(sent)
		if sent.has("name") && changed.name == "" {
			sent.required("name")
		}
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		*b = changed
		return data(http.StatusOK, b.json())
	})
}

// deleteBucket deletes a bucket with its files. Containers and projects that use it no longer find anything in it.
// Whether the service deletes a bucket that is in use is not known.
func (s *Server) deleteBucket(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		b.files, b.byHash, b.byTrack, b.channels, b.dedup = nil, nil, nil, shelf[*liveChannel]{}, nil
		b.account.buckets.remove(b.id)
		return nothing()
	})
}
