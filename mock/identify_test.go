package mock_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the protocol's own choice
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

const identifyURL = "https://identify-eu-west-1.acrcloud.com/v1/identify"

// identifyFields are the fields of a request, signed for the server.
func identifyFields(cfg acrcloud.Config, dataType, timestamp string) map[string]string {
	key := cfg.IdentifyAccessKey.Reveal()
	mac := hmac.New(sha1.New, []byte(cfg.IdentifyAccessSecret.Reveal()))
	_, _ = fmt.Fprintf(mac, "POST\n/v1/identify\n%s\n%s\n1\n%s", key, dataType, timestamp)
	return map[string]string{
		"access_key": key, "data_type": dataType, "signature_version": "1", "timestamp": timestamp,
		"signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}
}

// signedFields are those of a sample, signed over any version and time. Empty ones are left out.
func signedFields(cfg acrcloud.Config, version, timestamp string) map[string]string {
	key := cfg.IdentifyAccessKey.Reveal()
	mac := hmac.New(sha1.New, []byte(cfg.IdentifyAccessSecret.Reveal()))
	_, _ = fmt.Fprintf(mac, "POST\n/v1/identify\n%s\naudio\n%s\n%s", key, version, timestamp)
	fields := map[string]string{"access_key": key, "data_type": "audio", "signature": base64.StdEncoding.EncodeToString(mac.Sum(nil))}
	for name, value := range map[string]string{"signature_version": version, "timestamp": timestamp} {
		if value != "" {
			fields[name] = value
		}
	}
	return fields
}

// parts makes a form; content is pairs of a field and its content.
func parts(t *testing.T, fields map[string]string, content ...string) (body []byte, contentType string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name, value := range fields {
		require.NoError(t, w.WriteField(name, value))
	}
	for pair := range slices.Chunk(content, 2) {
		p, err := w.CreateFormFile(pair[0], "sample")
		require.NoError(t, err)
		_, _ = p.Write([]byte(pair[1]))
	}
	require.NoError(t, w.Close())
	return buf.Bytes(), w.FormDataContentType()
}

// An identified is an answer of the identification API.
type identified struct {
	Status struct {
		Code    int
		Msg     string
		Version string
	}
	Metadata map[string]json.RawMessage
	CostTime *float64 `json:"cost_time"`
}

// rows is a list of the metadata.
func (i identified) rows(t *testing.T, list string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	require.NoError(t, json.Unmarshal(i.Metadata[list], &rows), "%s", i.Metadata)
	return rows
}

// identification sends a body, and looks at how the answer comes.
func identification(t *testing.T, c *http.Client, address, contentType string, body []byte, header ...string) identified {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", contentType)
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // it was only read
	var buf bytes.Buffer
	_, err = buf.ReadFrom(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "text/plain; charset=utf-8", resp.Header.Get("Content-Type"))
	assert.True(t, bytes.HasSuffix(buf.Bytes(), []byte("}\n")))
	var out identified
	require.NoError(t, json.Unmarshal(buf.Bytes(), &out), "%s", buf.Bytes())
	assert.NotEmpty(t, out.Status.Msg)
	assert.Equal(t, "1.0", out.Status.Version)
	return out
}

// identifySample sends a sample as it should be sent.
func identifySample(t *testing.T, srv *mock.Server, dataType string, content ...string) identified {
	t.Helper()
	body, contentType := parts(t, identifyFields(srv.Config(), dataType, "1700000000"), content...)
	return identification(t, srv.HTTPClient(), identifyURL, contentType, body)
}

func TestIdentifyClients(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Song", Data: []byte("\x00fingerprint+/=")})
	wav := string(track.WAV(30*time.Second, 42*time.Second))
	cfg := srv.Config()
	base, err := srv.Start()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })

	// raw writes a form by hand, as clients do that have no library for it.
	raw := func(boundary string, fields map[string]string, part, content, end string) []byte {
		var b strings.Builder
		for name, value := range fields {
			fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, name, value)
		}
		fmt.Fprintf(&b, "--%s\r\n%s\r\n\r\n%s\r\n--%s--%s", boundary, part, content, boundary, end)
		return []byte(b.String())
	}
	with := func(fields map[string]string, more ...string) map[string]string {
		for pair := range slices.Chunk(more, 2) {
			fields[pair[0]] = pair[1]
		}
		return fields
	}
	encoded := func(fields map[string]string, lower bool) []byte {
		v := url.Values{}
		for name, value := range fields {
			v.Set(name, value)
		}
		text := v.Encode()
		if lower {
			text = strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3D", "%3d").Replace(text)
		}
		return []byte(text)
	}
	sample := base64.StdEncoding.EncodeToString([]byte(wav))
	print64 := base64.StdEncoding.EncodeToString(track.Data)
	stars := "*****2016.05.27.acrcloud.rec.copyright.1700000000.123*****"
	tests := []struct {
		name, path, contentType string
		body                    []byte
		header                  []string
		code                    int
	}{
		{
			"npm acrcloud", "//v1/identify", "multipart/form-data;boundary=----x1", raw("----x1", identifyFields(cfg, "audio", "1700000000.12"),
				"Content-Disposition: form-data; name=\"sample\"\r\nContent-Type: application/octet-stream", wav, "\r\n"), []string{"Accept-Encoding", "gzip,deflate"}, 0,
		},
		{
			"npm acrcloud without decimals", "//v1/identify", "multipart/form-data;boundary=----x1", raw("----x1", identifyFields(cfg, "audio", "1700000000"),
				"Content-Disposition: form-data; name=\"sample\"\r\nContent-Type: application/octet-stream", wav, "\r\n"), nil, 0,
		},
		{
			"Python recogniser", "/v1/identify", "multipart/form-data; boundary=" + stars,
			raw(stars, with(identifyFields(cfg, "fingerprint", strconv.FormatInt(time.Now().Add(-9*time.Hour).Unix(), 10)), "sample_bytes", "15"),
				"Content-Disposition: form-data; name=\"sample\"; filename=\"sample\"\r\nContent-Type: application/octet-stream", string(track.Data), "\r\n\r\n"),
			[]string{"Referer", "https://identify-eu-west-1.acrcloud.com/v1/identify"}, 0,
		},
		{
			"Python recogniser, humming alone", "/v1/identify", "multipart/form-data; boundary=" + stars,
			raw(stars, with(identifyFields(cfg, "fingerprint", "1700000000"), "sample_bytes", "1", "sample_hum_bytes", "3"),
				"Content-Disposition: form-data; name=\"sample_hum\"; filename=\"sample_hum\"\r\nContent-Type: application/octet-stream", "hum", "\r\n\r\n"), nil, 1001,
		},
		{
			"official Go SDK, humming alone", "/v1/identify", "multipart/form-data; boundary=b",
			raw("b", with(identifyFields(cfg, "fingerprint", "1700000000"), "sample_hum_bytes", "3", "title", "mine"),
				"Content-Disposition: form-data; name=\"sample_hum\"; filename=\"sample_hum\"\r\nContent-Type: application/octet-stream", "hum", "\r\n"), nil, 1001,
		},
		{
			"user parameters before those of the protocol", "/v1/identify", "multipart/form-data; boundary=b",
			append([]byte("--b\r\nContent-Disposition: form-data; name=\"access_key\"\r\n\r\nmine\r\n"), raw("b", identifyFields(cfg, "audio", "1700000000"),
				"Content-Disposition: form-data; name=\"sample\"; filename=\"sample\"", wav, "\r\n")...), nil, 0,
		},
		{
			"user parameters behind those of the protocol", "/v1/identify", "multipart/form-data; boundary=b",
			raw("b", identifyFields(cfg, "audio", "1700000000"), "Content-Disposition: form-data; name=\"sample\"; filename=\"sample\"\r\n\r\n"+wav+
				"\r\n--b\r\nContent-Disposition: form-data; name=\"access_key\"", "mine", "\r\n"), nil, 0,
		},
		{"PHP sample", "/v1/identify", "multipart/form-data; boundary=b", raw("b", identifyFields(cfg, "audio", "1700000000"), `Content-Disposition: form-data; name="sample"`, wav, "\r\n"), nil, 0},
		{"protocol 2", "/v1/identify", "application/x-www-form-urlencoded", encoded(with(identifyFields(cfg, "audio", "1700000000123"), "sample", sample), false), nil, 0},
		{"protocol 2 in lower case", "/v1/identify", "application/x-www-form-urlencoded; charset=UTF-8", encoded(with(identifyFields(cfg, "fingerprint", "1700000000"), "sample", print64, "sample_bytes", "7"), true), nil, 0},
		{
			"Ruby sample", "/v1/identify", "application/x-www-form-urlencoded",
			encoded(with(identifyFields(cfg, "audio", "1700000000"), "sample", sample, "signature", identifyFields(cfg, "audio", "1700000000")["signature"]+"\n"), false), nil, 0,
		},
		{
			"protocol 2 of more than 10 MB", "/v1/identify", "application/x-www-form-urlencoded",
			encoded(with(identifyFields(cfg, "audio", "1700000000"), "sample", strings.Repeat("AAAA", 3_000_000)), false), nil, 3016,
		},
		{
			"curl", "/v1/identify", "multipart/form-data; boundary=------------------------1234", raw("------------------------1234", identifyFields(cfg, "audio", "1700000000"),
				"Content-Disposition: form-data; name=\"sample\"; filename=\"a.wav\"\r\nContent-Type: audio/mpeg", wav, "\r\n"), []string{"Expect", "100-continue"}, 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second, DisableKeepAlives: true, DisableCompression: true}}
			got := identification(t, client, base+tt.path, tt.contentType, tt.body, tt.header...)
			assert.Equal(t, tt.code, got.Status.Code, got.Status.Msg)
			if tt.code == 0 {
				assert.Equal(t, "Song", got.rows(t, "music")[0]["title"])
			}
			again := identification(t, client, base+tt.path, tt.contentType, tt.body, tt.header...)
			assert.Equal(t, got.Status.Code, again.Status.Code, "a repetition is taken")
		})
	}
}

func TestIdentifyRefuses(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	wav := string(srv.AddTrack(mock.Track{}).WAV(0, 12*time.Second))
	cfg := srv.Config()
	good := func() map[string]string { return identifyFields(cfg, "audio", "1700000000") }
	set := func(name, value string) map[string]string {
		f := good()
		if f[name] = value; value == "" {
			delete(f, name)
		}
		return f
	}
	silence := make([]byte, 44+16000*12)
	copy(silence, wav[:44])
	tests := []struct {
		name    string
		fields  map[string]string
		content []string
		code    int
	}{
		{"good", good(), []string{"sample", wav}, 0},
		{"no key", set("access_key", ""), []string{"sample", wav}, 3001},
		{"wrong key", set("access_key", "0123456789abcdef"), []string{"sample", wav}, 3001},
		{"no signature", set("signature", ""), []string{"sample", wav}, 3014},
		{"signature of nothing", set("signature", "AHfpdVVgQT/8i4LgGKV4//Dt7vI="), []string{"sample", wav}, 3014},
		{"not Base64", set("signature", "%%"), []string{"sample", wav}, 3014},
		{"another time", set("timestamp", "1700000001"), []string{"sample", wav}, 3014},
		{"another type", set("data_type", "fingerprint"), []string{"sample", wav}, 3014},
		{"another version", set("signature_version", "2"), []string{"sample", wav}, 3014},
		{"another version, signed", signedFields(cfg, "7", "1700000000"), []string{"sample", wav}, 3014},
		{"no version", set("signature_version", ""), []string{"sample", wav}, 3014},
		{"no version, signed", signedFields(cfg, "", "1700000000"), []string{"sample", wav}, 3006},
		{"no time", set("timestamp", ""), []string{"sample", wav}, 3014},
		{"no time, signed", signedFields(cfg, "1", ""), []string{"sample", wav}, 3006},
		{"neither, signed", signedFields(cfg, "", ""), []string{"sample", wav}, 3006},
		{"the key counts before the sample", set("access_key", "x"), []string{"sample", ""}, 3001},
		{"and before its size", set("signature", "x"), []string{"sample", strings.Repeat("x", 5_000_001)}, 3014},
		{"empty", good(), []string{"sample", ""}, 2004},
		{"silence", good(), []string{"sample", string(silence)}, 2004},
		{"too short", good(), []string{"sample", wav[:44+8000]}, 2004},
		{"garbage", good(), []string{"sample", "this is no audio"}, 2004},
		{"nothing", good(), nil, 3006},
		{"unknown type", identifyFields(cfg, "video", "1700000000"), []string{"sample", wav}, 3006},
		{"too large", good(), []string{"sample", strings.Repeat("x", 5_000_001)}, 3016},
		{"audio that nobody knows", good(), []string{"sample", "fLaC\x00\x00\x00\x22" + strings.Repeat("x", 100)}, 1001},
		{"fingerprint that nobody knows", identifyFields(cfg, "fingerprint", "1700000000"), []string{"sample", "x"}, 1001},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body, contentType := parts(t, tt.fields, tt.content...)
			got := identification(t, srv.HTTPClient(), identifyURL, contentType, body)
			assert.Equal(t, tt.code, got.Status.Code, got.Status.Msg)
			assert.Equal(t, tt.code == 0, got.CostTime != nil)
			assert.Equal(t, tt.code == 0, got.Metadata != nil)
		})
	}
	for _, contentType := range []string{"", "application/json", "multipart/form-data", "text/plain; charset=utf-8"} {
		assert.Equal(t, 3002, identification(t, srv.HTTPClient(), identifyURL, contentType, []byte("{}")).Status.Code)
	}
	body, contentType := parts(t, good(), "sample", wav)
	assert.Equal(t, 3001, identification(t, srv.HTTPClient(), identifyURL, contentType, body[:60]).Status.Code, "a form that breaks off")
	assert.Equal(t, 3001, identification(t, srv.HTTPClient(), "https://identify-us-west-2.acrcloud.com/v1/identify", contentType, body).Status.Code, "a project is known on its own host")
}

func TestIdentifyElsewhere(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	assert.Equal(t, 404, w.send("POST", mainHost+"/v1/identify", "").status)
	assert.Equal(t, 404, w.send("GET", "https://identify-eu-west-1.acrcloud.com"+w.cid(), nil).status)
	assert.Equal(t, 405, w.send("GET", identifyURL, nil).status)
}

func TestIdentifyOffsets(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	first := srv.AddTrack(mock.Track{Title: "First"})
	second := srv.AddTrack(mock.Track{Title: "Second", BucketID: 51, UserDefined: map[string]string{"brand": "b"}})
	// 20 seconds: what is analysed begins at 8.
	wav := first.WAV(40*time.Second, 55*time.Second)
	wav = append(wav, second.WAV(0, 5*time.Second)[44:]...)
	binary.LittleEndian.PutUint32(wav[40:], uint32(len(wav)-44)) //nolint:gosec // 20 seconds
	got := identifySample(t, srv, "audio", "sample", string(wav))
	require.Equal(t, 0, got.Status.Code)
	music, custom := got.rows(t, "music"), got.rows(t, "custom_files")
	require.Len(t, music, 1)
	require.Len(t, custom, 1)
	for field, want := range map[string]float64{
		"sample_begin_time_offset_ms": 0, "sample_end_time_offset_ms": 7000, "db_begin_time_offset_ms": 48000, "db_end_time_offset_ms": 55000, "play_offset_ms": 60000,
	} {
		assert.InDelta(t, want, music[0][field], 20, field)
	}
	for field, want := range map[string]float64{
		"sample_begin_time_offset_ms": 7000, "sample_end_time_offset_ms": 12000, "db_begin_time_offset_ms": 0, "db_end_time_offset_ms": 5000, "play_offset_ms": 5000,
	} {
		assert.InDelta(t, want, custom[0][field], 20, field)
	}
	assert.Equal(t, "b", custom[0]["brand"])
	assert.Equal(t, "51", custom[0]["bucket_id"])
	var at string
	require.NoError(t, json.Unmarshal(got.Metadata["timestamp_utc"], &at))
	_, err := time.Parse(time.DateTime, at)
	require.NoError(t, err)

	short := identifySample(t, srv, "audio", "sample", string(first.WAV(20*time.Second, 25*time.Second))).rows(t, "music")
	assert.InDelta(t, 25000, short[0]["play_offset_ms"], 20)
	assert.InDelta(t, 20000, short[0]["db_begin_time_offset_ms"], 20)
}

func TestIdentifyWholeFilesAndFingerprints(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	srv.AddTrack(mock.Track{Title: "Song", Duration: time.Minute, Data: []byte("print")})
	for _, dataType := range []string{"audio", "fingerprint"} {
		got := identifySample(t, srv, dataType, "sample", "print").rows(t, "music")
		assert.InDelta(t, 60000, got[0]["play_offset_ms"], 0)
		assert.InDelta(t, 48000, got[0]["db_begin_time_offset_ms"], 0)
	}
}

// A humming fingerprint that is a track is found in the list of its own, beside what is found in the sample.
func TestIdentifyHumming(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	srv.AddTrack(mock.Track{Title: "Song", Duration: time.Minute, Data: []byte("print")})
	srv.AddTrack(mock.Track{Title: "Another", Data: []byte("another")})
	got := identifySample(t, srv, "fingerprint", "sample_hum", "print")
	assert.NotContains(t, got.Metadata, "music")
	hummed := got.rows(t, "humming")
	require.Len(t, hummed, 1)
	assert.Equal(t, "Song", hummed[0]["title"])
	assert.Equal(t, "60000", hummed[0]["duration_ms"], "documented as text")
	assert.IsType(t, "", hummed[0]["score"])
	assert.NotContains(t, hummed[0], "play_offset_ms")

	both := identifySample(t, srv, "fingerprint", "sample", "another", "sample_hum", "print")
	assert.Equal(t, "Another", both.rows(t, "music")[0]["title"])
	assert.Equal(t, "Song", both.rows(t, "humming")[0]["title"])
	assert.Equal(t, 1001, identifySample(t, srv, "fingerprint", "sample_hum", "other").Status.Code)
	assert.Equal(t, 2004, identifySample(t, srv, "fingerprint", "sample_hum", "").Status.Code)
	var seen mock.Identification
	srv.OnIdentify(func(i mock.Identification) mock.IdentifyOutcome {
		seen = i
		return mock.IdentifyOutcome{}
	})
	identifySample(t, srv, "fingerprint", "sample_hum", "print")
	require.Len(t, seen.Recognised, 1)
	assert.Equal(t, "Song", seen.Recognised[0].Title)
}

func TestOnIdentify(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Song"})
	wav := string(track.WAV(0, 12*time.Second))
	var seen []mock.Identification
	outcome := mock.IdentifyOutcome{}
	srv.OnIdentify(func(i mock.Identification) mock.IdentifyOutcome {
		seen = append(seen, i)
		return outcome
	})
	body, contentType := parts(t, func() map[string]string {
		f := identifyFields(srv.Config(), "audio", "1700000000")
		f["title"], f["sample_bytes"] = "mine", "3"
		return f
	}(), "sample", wav)
	send := func() identified { return identification(t, srv.HTTPClient(), identifyURL, contentType, body) }

	assert.Equal(t, "Song", send().rows(t, "music")[0]["title"], "an empty outcome changes nothing")
	require.Len(t, seen, 1)
	assert.Equal(t, map[string]string{"title": "mine"}, seen[0].Fields)
	assert.Equal(t, "audio", seen[0].DataType)
	assert.Equal(t, wav, string(seen[0].Sample))
	require.Len(t, seen[0].Recognised, 1)

	outcome = mock.IdentifyOutcome{Metadata: json.RawMessage(`{"humming":[{"title":"Hummed","score":"0.88"}]}`)}
	got := send()
	assert.Equal(t, "Hummed", got.rows(t, "humming")[0]["title"])
	assert.NotEmpty(t, got.Metadata["timestamp_utc"])
	assert.Nil(t, got.Metadata["music"])

	outcome = mock.IdentifyOutcome{Metadata: json.RawMessage(`{"custom_streams":[{"title":"Channel","timestamps_ms":"1491987674","result_type":"live"}]}`)}
	assert.Equal(t, "live", send().rows(t, "custom_streams")[0]["result_type"])

	outcome = mock.IdentifyOutcome{Code: 3003, Msg: "enough"}
	got = send()
	assert.Equal(t, 3003, got.Status.Code)
	assert.Equal(t, "enough", got.Status.Msg)

	srv.OnIdentify(func(mock.Identification) mock.IdentifyOutcome { panic("oops") })
	got = send()
	assert.Equal(t, 3000, got.Status.Code)
	assert.Contains(t, got.Status.Msg, "oops")
	srv.OnIdentify(nil)
	assert.Equal(t, 0, send().Status.Code)
}

func TestIdentifyFault(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	for _, code := range []int{3000, 3003, 3006, 3011, 3013, 3015, 3999} {
		remove := srv.Inject(mock.IdentifyFault(code))
		assert.Equal(t, code, identifySample(t, srv, "audio", "sample", "x").Status.Code)
		remove()
	}
}

// A form whose parts say what they are in other ways.
func TestIdentifyParts(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	srv.AddTrack(mock.Track{Title: "Song", Data: []byte("print")})
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name, value := range identifyFields(srv.Config(), "fingerprint", "1700000000") {
		p, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"; filename="x"`}, "Content-Type": {"text/plain"}})
		require.NoError(t, err)
		_, _ = p.Write([]byte(value))
	}
	p, err := w.CreateFormField("sample")
	require.NoError(t, err)
	_, _ = p.Write([]byte("print"))
	require.NoError(t, w.Close())
	assert.Equal(t, "Song", identification(t, srv.HTTPClient(), identifyURL, w.FormDataContentType(), buf.Bytes()).rows(t, "music")[0]["title"])
}
