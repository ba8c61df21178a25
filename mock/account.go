package mock

import (
	"encoding/json"
	"slices"
)

// An account is one customer's, with everything that belongs to it. Its methods are called with the server's lock held.
type account struct {
	id         int
	containers []*container // in the order of their creation
	buckets    []bucket     // as far as they were named
}

// accountOf returns the account of that number, which is made if it is new. It is called with the lock held.
func (s *Server) accountOf(id int) *account {
	a := s.accounts[id]
	if a == nil {
		a = &account{id: id}
		s.accounts[id] = a
	}
	return a
}

func (a *account) remove(c *container) {
	a.containers = slices.DeleteFunc(a.containers, func(other *container) bool { return other == c })
}

// named returns the container of that name, or nil.
func (a *account) named(name string) *container {
	i := slices.IndexFunc(a.containers, func(c *container) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return a.containers[i]
}

type bucket struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

const musicBucketID = 23

// musicBucket is the service's own music.
func musicBucket() bucket { return bucket{ID: musicBucketID, Name: "ACRCloud Music"} }

// bucket takes a bucket's id or name. Bucket 23 exists; any other is taken for one of the account's own. What the service says to a
// bucket that does not exist is not known.
func (a *account) bucket(v any) (bucket, bool) {
	id, isID := v.(json.Number)
	name, _ := v.(string)
	for _, b := range append([]bucket{musicBucket()}, a.buckets...) {
		if b.Name == name || (isID && integer(id) == b.ID) {
			return b, true
		}
	}
	b := bucket{ID: 100_000, Name: name} // or the next that is free
	for slices.ContainsFunc(a.buckets, func(other bucket) bool { return other.ID == b.ID }) {
		b.ID++
	}
	if isID {
		b = bucket{ID: integer(id), Name: "bucket " + id.String()}
	}
	if b.ID <= 0 || b.Name == "" {
		return bucket{}, false
	}
	a.buckets = append(a.buckets, b)
	return b, true
}
