package mock

import (
	"encoding/json"
	"slices"
	"time"
)

// An account is one customer's, with everything that belongs to it. Its methods are called with the server's lock held.
type account struct {
	id         int
	containers []*container // in the order of their creation
	music      *bucket      // the service's own, which all have
	buckets    shelf[*bucket]
	projects   shelf[*project]

	streamProjects  shelf[*monitor]
	channelProjects shelf[*monitor]
	historical      shelf[*historicalProject]
	unknown         shelf[*unknownProject]
}

// accountOf returns the account of that number, which is made if it is new. It is called with the lock held.
func (s *Server) accountOf(id int) *account {
	a := s.accounts[id]
	if a == nil {
		a = &account{id: id, music: s.music}
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

const musicBucketID = 23

// bucket takes a bucket's id or name. Bucket 23 exists; any other is taken for one of the account's own. What the service says to a
// bucket that does not exist is not known.
func (a *account) bucket(v any) (*bucket, bool) {
	number, isID := v.(json.Number)
	name, _ := v.(string)
	id := integer(number)
	for _, b := range append([]*bucket{a.music}, a.buckets.all(nil)...) {
		if b.name == name || (isID && id == b.id) {
			return b, true
		}
	}
	if isID {
		name = "bucket " + number.String()
	} else {
		for id = 100_000; a.buckets.byID[id] != nil; { // or the next that is free
			id++
		}
	}
	if id <= 0 || name == "" {
		return nil, false
	}
	now := time.Now()
	b := &bucket{id: id, account: a, name: name, kind: bucketFile, region: "eu-west-1", netType: 1, created: now, updated: now}
	a.buckets.add(id, b)
	return b, true
}
