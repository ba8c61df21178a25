package mock

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func liveChannelRoutes() []route {
	const group = "channels" // of scopes
	const channels, recorded = "/api/buckets/{bucket}/channels", "/api/buckets/{bucket}/rec-channels"
	return []route{
		{OpListLiveChannels, http.MethodGet, channels, group, false, (*Server).listLiveChannels},
		{OpCreateLiveChannel, http.MethodPost, channels, group, false, (*Server).createLiveChannel},
		{OpGetLiveChannel, http.MethodGet, channels + "/{channels}", group, false, (*Server).getLiveChannel},
		{OpUpdateLiveChannel, http.MethodPut, channels + "/{channels}", group, false, (*Server).updateLiveChannel},
		{OpDeleteLiveChannel, http.MethodDelete, channels + "/{channels}", group, false, (*Server).deleteLiveChannels},
		{OpImportLiveChannels, http.MethodPost, recorded, group, false, (*Server).importLiveChannels},
		{OpRemoveLiveChannels, http.MethodDelete, recorded + "/{channels}", group, false, (*Server).deleteLiveChannels},
	}
}

// A liveChannel is a stream whose fingerprints are in a bucket.
type liveChannel struct {
	id          int
	bucket      *bucket
	acrID       string
	title       string
	url         string
	userDefined map[string]any
	timeshift   int

	created, updated time.Time
}

// json is the channel in the service's format. Its state is 1, except in the response to its creation.
func (c *liveChannel) json() row {
	defined := c.userDefined
	if defined == nil {
		defined = map[string]any{}
	}
	return row{
		"id": c.id, "uid": c.bucket.account.id, "bucket_id": c.bucket.id, "acr_id": c.acrID, "channel_id": "", "state": 1, "title": c.title, "url": c.url,
		"user_defined": defined, "timeshift": c.timeshift,
		"created_at": c.created.UTC().Format(timeLayout), "updated_at": c.updated.UTC().Format(timeLayout),
	}
}

func (s *Server) listLiveChannels(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		query := q.URL.Query()
		list := b.channels.all(func(c *liveChannel) bool { return strings.Contains(c.title, query.Get("search")) })
		if query.Get("order") != "asc" {
			slices.Reverse(list)
		}
		return paged(q.Request, len(list), func(i int) any { return list[i].json() })
	})
}

// withLiveChannel runs do for the channel in a path.
func (s *Server) withLiveChannel(q *request, do func(c *liveChannel) *response) *response {
	return s.withBucket(q, func(b *bucket) *response {
		id, _ := strconv.Atoi(q.PathValue("channels"))
		c, ok := b.channels.get(id)
		if !ok {
			return notFound()
		}
		return do(c)
	})
}

func (s *Server) getLiveChannel(q *request) *response {
	return s.withLiveChannel(q, func(c *liveChannel) *response { return data(http.StatusOK, c.json()) })
}

// set sets the fields of the body, with the names of the documentation or of the official tool.
func (c *liveChannel) set(sent *body) {
	sent.text("name", &c.title)
	sent.text("title", &c.title)
	sent.text("url", &c.url)
	sent.object("user_defined", &c.userDefined)
	hours := 0
	sent.number("timeshift", &hours)
	if sent.has("timeshift") {
		c.timeshift = min(max(hours, 0), 1)
	}
	c.updated = c.bucket.account.now()
}

func (s *Server) createLiveChannel(q *request) *response {
	sent := readBody(q.Request)
	return s.withBucket(q, func(b *bucket) *response {
		c := &liveChannel{bucket: b, created: s.now()}
		c.set(sent)
		if !sent.has("name") {
			sent.required("title")
		}
		sent.required("url")
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		c.id, c.acrID, c.updated = s.newID(), hexadecimal(s.random, 32), c.created
		b.channels.add(c.id, c)
		v := c.json()
		delete(v, "channel_id")
		v["state"], v["bucket_type"] = 0, b.kind
		return data(http.StatusCreated, v)
	})
}

func (s *Server) updateLiveChannel(q *request) *response {
	sent := readBody(q.Request)
	return s.withLiveChannel(q, func(c *liveChannel) *response {
		changed := *c
		changed.set(sent)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		*c = changed
		return data(http.StatusOK, c.json())
	})
}

// deleteLiveChannels removes channels from their bucket, of streams or of recordings.
func (s *Server) deleteLiveChannels(q *request) *response {
	return s.withBucket(q, func(b *bucket) *response {
		ids, ok := idsOf(q.PathValue("channels"), func(id int) bool { return b.channels.byID[id] != nil })
		if !ok {
			return notFound()
		}
		for _, id := range ids {
			b.channels.remove(id)
		}
		return nothing()
	})
}

// idsOf parses the list of ids in a path, all of which must exist.
func idsOf(list string, known func(id int) bool) (ids []int, ok bool) {
	for text := range strings.SplitSeq(list, ",") {
		id, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || !known(id) {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

// importLiveChannels adds recordings of channels of other buckets to the bucket. The format of the response is not
// known; here it is a list of the channels.
func (s *Server) importLiveChannels(q *request) *response {
	sent := readBody(q.Request)
	return s.withBucket(q, func(b *bucket) *response {
		var ids []int
		sent.required("ids")
		sent.numbers("ids", &ids)
		var found []*liveChannel
		for _, id := range ids {
			for _, other := range q.account.buckets.all(nil) {
				if c, ok := other.channels.get(id); ok {
					found = append(found, c)
					break
				}
			}
		}
		if len(found) < len(ids) {
			sent.invalid("ids")
		}
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		slices.SortFunc(found, func(x, y *liveChannel) int { return cmp.Compare(x.id, y.id) })
		rows := make([]row, 0, len(found))
		for _, c := range found {
			if _, there := b.channels.get(c.id); !there {
				recorded := *c
				recorded.bucket = b
				b.channels.add(c.id, &recorded)
			}
			rows = append(rows, b.channels.byID[c.id].json())
		}
		return data(http.StatusOK, rows)
	})
}
