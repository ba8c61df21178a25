package mock

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// storagePath is the path of presigned URLs.
const storagePath = "/storage/"

// presignedFor is how long a presigned URL is valid. The service's time is not known.
const presignedFor = time.Hour

// maxStored is the most stored objects. How long the service keeps content without a file is not known.
const maxStored = 100_000

func (s *Server) presign(q *request) *response {
	return s.withContainer(q, func(c *container) *response {
		query := q.URL.Query()
		folder := fmt.Sprintf("fs/%d/%s/", c.ID, s.uuid())
		name := baseName(query.Get("filename"))
		contentType := query.Get("content_type")
		if contentType == "" {
			contentType = "audio/mpeg"
		}
		expires := strconv.FormatInt(s.now().Add(presignedFor).Unix(), 10)
		v := url.Values{"X-Expires": {expires}, "X-Signature": {s.signature(folder+name, contentType, expires)}}
		return data(http.StatusOK, map[string]any{
			"presigned_url": storageOrigin(q.Request) + storagePath + folder + url.PathEscape(name) + "?" + v.Encode(), "key": folder + name,
			"method": http.MethodPut, "headers": map[string]string{"Content-Type": contentType},
		})
	})
}

// baseName returns the end of a key, as a single path segment. The format of the service's keys is not known.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	return name
}

func (s *Server) signature(key, contentType, expires string) string {
	mac := hmac.New(sha256.New, s.storageKey)
	_, _ = fmt.Fprintf(mac, "PUT\n%s\n%s\n%s", key, contentType, expires)
	return hex.EncodeToString(mac.Sum(nil))
}

// store is the storage behind presigned URLs. It responds like S3.
func (s *Server) store(q *request) *response {
	r, query := q.Request, q.URL.Query()
	key := strings.TrimPrefix(r.URL.Path, storagePath)
	expires, _ := strconv.ParseInt(query.Get("X-Expires"), 10, 64)
	switch {
	case r.Method != http.MethodPut:
		return storageError(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	case r.Header.Get("Authorization") != "":
		return storageError(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed.")
	case !hmac.Equal([]byte(query.Get("X-Signature")), []byte(s.signature(key, r.Header.Get("Content-Type"), query.Get("X-Expires")))):
		return storageError(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	case s.now().Unix() >= expires:
		return storageError(http.StatusForbidden, "AccessDenied", "Request has expired")
	}
	if r.ContentLength < 0 { // chunked; an empty file is sent that way by the official tool
		if n, _ := r.Body.Read(make([]byte, 1)); n > 0 {
			return storageError(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented: Transfer-Encoding")
		}
	}
	o, err := take(r.Body)
	if err != nil {
		return storageError(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly.")
	}
	s.keep(key, o)
	return &response{status: http.StatusOK, header: http.Header{"Etag": {`"` + hex.EncodeToString(o.hash[:16]) + `"`}}}
}

// keep keeps stored content for files.
func (s *Server) keep(key string, o *content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.storeContent(key, o)
	if s.state != nil {
		s.state.stored = append(s.state.stored, key)
	}
}

// storeContent is called with the lock held.
func (s *Server) storeContent(key string, o *content) {
	if s.stored[key] == nil {
		s.storedKeys = append(s.storedKeys, key)
	}
	s.stored[key] = o
	if len(s.storedKeys) > maxStored {
		delete(s.stored, s.storedKeys[0])
		s.storedKeys = s.storedKeys[1:]
	}
}

// storedContent returns the content stored under a key, or nil. It is assumed that a key is valid for its own container
// only. The lock must be held.
func (s *Server) storedContent(c *container, key string) *content {
	if !strings.HasPrefix(key, fmt.Sprintf("fs/%d/", c.ID)) {
		return nil
	}
	return s.stored[key]
}

func storageError(status int, code, text string) *response {
	return &response{
		status: status, header: http.Header{"Content-Type": {"application/xml"}},
		body: []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + text + "</Message></Error>"),
	}
}
