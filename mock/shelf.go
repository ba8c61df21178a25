package mock

import (
	"net/http"
	"slices"
	"strconv"
)

// A shelf keeps an account's things of one kind, by id and in the order of their creation.
type shelf[T any] struct {
	ids  []int
	byID map[int]T
}

func (s *shelf[T]) add(id int, v T) {
	if s.byID == nil {
		s.byID = map[int]T{}
	}
	s.ids, s.byID[id] = append(s.ids, id), v
}

func (s *shelf[T]) get(id int) (T, bool) {
	v, ok := s.byID[id]
	return v, ok
}

func (s *shelf[T]) remove(id int) {
	delete(s.byID, id)
	if i := slices.Index(s.ids, id); i >= 0 {
		s.ids = slices.Delete(s.ids, i, i+1)
	}
}

// all returns the things that keep accepts, the oldest first; all of them if keep is nil.
func (s *shelf[T]) all(keep func(T) bool) []T {
	list := make([]T, 0, len(s.ids))
	for _, id := range s.ids {
		if v := s.byID[id]; keep == nil || keep(v) {
			list = append(list, v)
		}
	}
	return list
}

// newest returns the things that keep accepts, the newest first.
func (s *shelf[T]) newest(keep func(T) bool) []T {
	list := s.all(keep)
	slices.Reverse(list)
	return list
}

// withOwn runs do for the thing that a path names, with the lock held. Things of other accounts get 403, as has been
// seen for projects; missing ones get 404.
func withOwn[T any](s *Server, q *request, name string, of func(*account) *shelf[T], do func(T) *response) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := strconv.Atoi(q.PathValue(name))
	if err != nil {
		return notFound()
	}
	if v, ok := of(q.account).get(id); ok {
		return do(v)
	}
	for _, a := range s.accounts {
		if _, ok := of(a).get(id); ok {
			return forbidden()
		}
	}
	return notFound()
}

func notFound() *response { return message(http.StatusNotFound, "Not Found") }

func forbidden() *response { return message(http.StatusForbidden, "Forbidden") }

// newID returns an unused id, which no bucket mentioned so far has.
func (s *Server) newID() int {
	for {
		id := s.nextID
		s.nextID++
		if id != musicBucketID && !s.hasBucket(id) {
			return id
		}
	}
}

func (s *Server) hasBucket(id int) bool {
	for _, a := range s.accounts {
		if _, ok := a.buckets.get(id); ok {
			return true
		}
	}
	return false
}

// dateTime is the service's format of most times of monitoring and buckets.
const dateTime = "2006-01-02 15:04:05"
