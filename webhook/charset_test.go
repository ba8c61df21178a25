package webhook_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

// A character set named as a content encoding does not make a body compressed.
func TestContentEncodings(t *testing.T) {
	t.Parallel()
	for encoding, want := range map[string]int{
		"utf-8": 200, "UTF-8": 200, "utf8": 200, "UTF-16": 200, " utf-8 ": 200, `"utf-8"`: 200, "charset=UTF-8": 200, "iso-8859-1": 200, "ISO-8859-15": 200, "latin1": 200,
		"windows-1252": 200, "cp1252": 200, "us-ascii": 200, "gb2312": 200, "Shift_JIS": 200, "identity": 200, "none": 200, "8bit": 200, "": 200, "identity, utf-8": 200,
		"binary": 200, "chunked": 200, "application/json": 200, "application/json; charset=utf-8": 200, "gzip, application/json": 415,
		"gzip": 415, "x-gzip": 415, "GZIP": 415, "deflate": 415, "br": 415, "zstd": 415, "compress": 415, "utf-8, gzip": 415, "gzip, utf-8": 415, "aes128gcm": 415, "unknown": 415,
	} {
		r := post(t, strings.NewReader(fullBody), "application/json")
		r.Header.Set("Content-Encoding", encoding)
		event, err := webhook.ParseRequest(r)
		if want == 200 {
			require.NoError(t, err, encoding)
			assert.Equal(t, fileID, event.FileID)
			continue
		}
		refused, ok := errors.AsType[*webhook.RequestError](err)
		require.True(t, ok, encoding)
		assert.Equal(t, want, refused.StatusCode(), encoding)
	}
}

// Western European text is converted, unless it is UTF-8 in truth.
func TestCharsets(t *testing.T) {
	t.Parallel()
	const latin, utf = "caf\xe9 \x80", "café €"
	named := func(name string) string { return `{"file_id":"a","state":1,"name":"` + name + `"}` }
	for label, tt := range map[string]struct {
		encoding, contentType, body, want string
	}{
		"content encoding":                {"iso-8859-1", "application/json", named(latin), utf},
		"content type":                    {"", "application/json; charset=ISO-8859-1", named(latin), utf},
		"windows":                         {"", `application/json; charset="windows-1252"`, named(latin), utf},
		"the encoding counts":             {"latin1", "application/json; charset=utf-8", named(latin), utf},
		"UTF-8 in truth":                  {"iso-8859-1", "application/json", named(utf), utf},
		"an array":                        {"iso-8859-1", "application/json", "[" + named(latin) + "]", utf},
		"no label":                        {"", "application/json", named(latin), "caf� �"},
		"another label":                   {"gb2312", "application/json", named(latin), "caf� �"},
		"a form":                          {"", "application/x-www-form-urlencoded; charset=iso-8859-1", "file_id=a&state=1&name=" + url.QueryEscape(latin), utf},
		"a form in UTF-8, wrong label":    {"", "application/x-www-form-urlencoded; charset=iso-8859-1", "file_id=a&state=1&name=" + url.QueryEscape(utf), utf},
		"a form behind a BOM":             {"", "application/x-www-form-urlencoded", "%EF%BB%BFfile_id=a&state=1&name=" + url.QueryEscape(utf), utf},
		"a form behind a BOM as it is":    {"", "", "\xef\xbb\xbffile_id=a&state=1&name=" + url.QueryEscape(utf), utf},
		"JSON of a suffix":                {"", "application/vnd.acrcloud.v1+json", named(utf), utf},
		"JSON of a suffix, binary before": {"", "application/octet-stream+json", named(utf), utf},
		"JSON of a suffix, a model":       {"", "model/gltf+json", named(utf), utf},
		"data as text behind a BOM":       {"", "application/json", `{"data":` + quote("\ufeff"+named(utf)) + `}`, utf},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			r := post(t, strings.NewReader(tt.body), tt.contentType)
			if tt.encoding != "" {
				r.Header.Set("Content-Encoding", tt.encoding)
			}
			event, err := webhook.ParseRequest(r)
			require.NoError(t, err)
			assert.Equal(t, webhook.FileScan, event.Kind)
			assert.Equal(t, tt.want, event.Name)
			assert.Equal(t, tt.body, string(event.Raw))
		})
	}
}
