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

// maxStored is how many stored objects without a file are kept.
const maxStored = 100_000

// An object is content that was uploaded, as far as it is kept: not its bytes.
type object struct {
	hash     [sha256.Size]byte
	size     int64
	heard    []sighting
	duration float64
	audible  bool
	name     string
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
		key := fmt.Sprintf("fs/%d/%s/%s", c.ID, s.uuid(), url.PathEscape(q.Get("filename")))
		u := s.storageURL(r) + storagePath + key
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
	mac := hmac.New(sha256.New, []byte(s.account.accessSecret))
	_, _ = fmt.Fprintf(mac, "PUT\n%s\n%s\n%s", key, contentType, expires)
	return hex.EncodeToString(mac.Sum(nil))
}

// store is the storage that presigned URLs lead to. It answers as S3 does.
func (s *Server) store(r *http.Request) *answer {
	key := strings.TrimPrefix(r.URL.EscapedPath(), storagePath)
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
	chunked := r.ContentLength < 0
	o, err := take(r.Body)
	switch {
	case err != nil:
		return storageError(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly.")
	case chunked && o.size > 0: // an empty file is sent that way by the official tool
		return storageError(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented: Transfer-Encoding")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.uploads) >= maxStored {
		return storageError(http.StatusServiceUnavailable, "SlowDown", "Too much is stored that no file was made of.")
	}
	s.uploads[key] = o
	return &answer{status: http.StatusOK, header: http.Header{"Etag": {`"` + hex.EncodeToString(o.hash[:16]) + `"`}}}
}

func storageError(status int, code, text string) *answer {
	return &answer{
		status: status, header: http.Header{"Content-Type": {"application/xml"}},
		body: []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + text + "</Message></Error>"),
	}
}
