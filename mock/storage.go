package mock

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// storagePath is where presigned URLs lead to.
const storagePath = "/storage/"

// presignedFor is how long a presigned URL can be used. How long the service's can be is not known.
const presignedFor = time.Hour

// maxStored is how many stored objects are known. How long the service keeps what no file was made of is not known.
const maxStored = 100_000

// An object is content that was uploaded, as far as it is kept: not its bytes.
type object struct {
	container int // that it was stored for
	hash      [sha256.Size]byte
	size      int64
	heard     []sighting
	duration  float64
	audible   bool
	name      string
}

// take reads content without keeping it.
func take(r io.Reader) (*object, error) {
	hash, ear := sha256.New(), &listener{}
	n, err := io.Copy(io.MultiWriter(hash, ear), r)
	if err != nil {
		return nil, err
	}
	o := &object{size: n, heard: ear.sightings(), duration: ear.duration(), audible: ear.reader != nil && ear.reader.audible}
	hash.Sum(o.hash[:0])
	return o, nil
}

func (s *Server) presign(r *http.Request, args []string) *answer {
	return s.withContainer(args[0], func(c *container) *answer {
		q := r.URL.Query()
		folder := fmt.Sprintf("fs/%d/%s/", c.ID, s.uuid())
		key := folder + baseName(q.Get("filename"))
		u := s.storageURL(r) + storagePath + folder + url.PathEscape(baseName(q.Get("filename")))
		contentType := q.Get("content_type")
		if contentType == "" {
			contentType = "audio/mpeg"
		}
		expires := strconv.FormatInt(time.Now().Add(presignedFor).Unix(), 10)
		v := url.Values{"X-Expires": {expires}, "X-Signature": {s.signature(key, contentType, expires)}}
		return data(http.StatusOK, map[string]any{
			"presigned_url": u + "?" + v.Encode(), "key": key, "method": http.MethodPut, "headers": map[string]string{"Content-Type": contentType},
		})
	})
}

// baseName is what a key ends in: text that stays one segment of a path. What the service's keys look like is not known.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	return name
}

// storageURL is where the client that asks can reach the storage.
func (s *Server) storageURL(r *http.Request) string {
	if _, public := regionOf(r.Host); public {
		return "https://" + storageHost
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Server) signature(key, contentType, expires string) string {
	mac := hmac.New(sha256.New, s.storageKey)
	_, _ = fmt.Fprintf(mac, "PUT\n%s\n%s\n%s", key, contentType, expires)
	return hex.EncodeToString(mac.Sum(nil))
}

// isStore reports whether a request is for the storage.
func isStore(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, storagePath) && storage.on(r.Host)
}

// store is the storage that presigned URLs lead to. It answers as S3 does.
func (s *Server) store(r *http.Request) *answer {
	key := strings.TrimPrefix(r.URL.Path, storagePath)
	q := r.URL.Query()
	expires, _ := strconv.ParseInt(q.Get("X-Expires"), 10, 64)
	switch {
	case r.Method != http.MethodPut:
		return storageError(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	case r.Header.Get("Authorization") != "":
		return storageError(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed.")
	case !hmac.Equal([]byte(q.Get("X-Signature")), []byte(s.signature(key, r.Header.Get("Content-Type"), q.Get("X-Expires")))):
		return storageError(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
	case time.Now().Unix() >= expires:
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
	_, _ = fmt.Sscanf(key, "fs/%d/", &o.container) // it is signed
	s.keep(key, o)
	return &answer{status: http.StatusOK, header: http.Header{"Etag": {`"` + hex.EncodeToString(o.hash[:16]) + `"`}}}
}

// keep has files be made of an object.
func (s *Server) keep(key string, o *object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.uploads[key] == nil {
		s.stored = append(s.stored, key)
	}
	s.uploads[key] = o
	if len(s.stored) > maxStored {
		delete(s.uploads, s.stored[0])
		s.stored = s.stored[1:]
	}
}

func storageError(status int, code, text string) *answer {
	return &answer{
		status: status, header: http.Header{"Content-Type": {"application/xml"}},
		body: []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + text + "</Message></Error>"),
	}
}
