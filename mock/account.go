package mock

import (
	"encoding/json"
	"slices"
)

// An account is a customer's account with everything in it. The server's lock must be held when its methods are called.
type account struct {
	id         int
	clock      *clock       // the server's
	containers []*container // in the order of their creation
	music      *bucket      // the service's own, which all accounts have
	buckets    shelf[*bucket]
	projects   shelf[*project]

	streamProjects  shelf[*monitor]
	channelProjects shelf[*monitor]
	historical      shelf[*historicalProject]
	unknown         shelf[*unknownProject]
}

// accountOf returns the account with the given number, and creates it if needed. The lock must be held.
func (s *Server) accountOf(id int) *account {
	a := s.accounts[id]
	if a == nil {
		a = &account{id: id, clock: &s.clock, music: s.music}
		s.accounts[id] = a
	}
	return a
}

func (a *account) remove(c *container) {
	a.containers = slices.DeleteFunc(a.containers, func(other *container) bool { return other == c })
}

// named returns the container with the given name, or nil.
func (a *account) named(name string) *container {
	i := slices.IndexFunc(a.containers, func(c *container) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return a.containers[i]
}

const musicBucketID = 23

// bucket finds a bucket by id or name. Bucket 23 always exists; any other is assumed to be one of the account's own.
// The service's response for an unknown bucket is not known.
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
	now := a.now()
	b := &bucket{id: id, account: a, name: name, kind: bucketFile, region: "eu-west-1", netType: 1, created: now, updated: now}
	a.buckets.add(id, b)
	return b, true
}
