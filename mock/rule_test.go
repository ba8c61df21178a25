package mock_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// addRule adds a rule that is right.
func addRule(t *testing.T, srv *mock.Server, r mock.Rule) (remove func()) {
	t.Helper()
	remove, err := srv.AddRule(r)
	require.NoError(t, err)
	return remove
}

// clientOf is the files of the ready-made container.
func clientOf(t *testing.T, srv *mock.Server) *filescan.Files {
	t.Helper()
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	return client.Files(srv.Config().ContainerID)
}

func TestRuleFits(t *testing.T) { //nolint:tparallel // the parts count the files of one server
	t.Parallel()
	content := []byte("content of b")
	hash := sha256.Sum256(content)
	srv := mock.New()
	other := srv.Config().ContainerID + 1_000_000
	files := clientOf(t, srv)
	tests := []struct {
		name string
		rule mock.Rule
		want []string // the names of the files that it applies to
	}{
		{"any", mock.Rule{}, []string{"a.mp3", "folder/b.mp3", "c.wav"}},
		{"by a pattern, in which * stands for slashes, too", mock.Rule{Name: "*.mp3"}, []string{"a.mp3", "folder/b.mp3"}},
		{"by a name", mock.Rule{Name: "c.wav"}, []string{"c.wav"}},
		{"by its content", mock.Rule{SHA256: hex.EncodeToString(hash[:])}, []string{"folder/b.mp3"}},
		{"by its type", mock.Rule{DataType: "fingerprint"}, nil},
		{"by another container", mock.Rule{ContainerID: other}, nil},
		{"by its container", mock.Rule{ContainerID: srv.Config().ContainerID, Name: "a*"}, []string{"a.mp3"}},
		{"the second one", mock.Rule{Skip: 1, Times: 1}, []string{"folder/b.mp3"}},
		{"from the second one on", mock.Rule{Skip: 1}, []string{"folder/b.mp3", "c.wav"}},
	}
	for _, tt := range tests { //nolint:paralleltest // they count the files of one server
		t.Run(tt.name, func(t *testing.T) {
			tt.rule.Outcome.Detail = "it applies"
			remove := addRule(t, srv, tt.rule)
			defer remove()
			var got []string
			got = append(got, applies(t, files, "a.mp3", []byte("a"))...)
			got = append(got, applies(t, files, "folder/b.mp3", content)...)
			got = append(got, applies(t, files, "c.wav", []byte("c"))...)
			assert.Equal(t, tt.want, got)
		})
	}
	assert.Empty(t, applies(t, files, "a.mp3", []byte("a")), "it was removed")
}

// applies scans a file, and returns its name if the rule applied.
func applies(t *testing.T, files *filescan.Files, name string, content []byte) []string {
	t.Helper()
	file, err := files.Scan(t.Context(), acrcloud.FromBytes("x", content), &filescan.ScanOptions{Upload: filescan.UploadOptions{Name: name}})
	require.NoError(t, err)
	if file.Detail == "it applies" {
		return []string{file.Name}
	}
	return nil
}

func TestRuleOutcome(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River", Duration: 2 * time.Minute})
	own := srv.AddTrack(mock.Track{Title: "Jingle", BucketID: 4711})
	files := clientOf(t, srv)
	minutes := mock.Outcome{Duration: 3 * time.Minute}
	srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{State: new(-3), Detail: "OnScan was asked"} })
	for name, r := range map[string]mock.Rule{
		"silent":  {Outcome: mock.Outcome{State: new(-1)}},
		"failed":  {Outcome: mock.Outcome{State: new(-2), Detail: "cannot decode"}},
		"raw":     {Outcome: mock.Outcome{Results: json.RawMessage(`{"speech":[{"text":"hello"}]}`)}},
		"matches": {Outcome: minutes, Matches: []mock.RuleMatch{{Track: track, Offset: 10 * time.Second, Start: 5 * time.Second, Length: 20 * time.Second, Score: 65}, {Track: track, List: "cover_songs", Offset: time.Minute, Length: 5 * time.Second}, {Track: own}}},
		"whole":   {Outcome: minutes, Matches: []mock.RuleMatch{{Track: track, Offset: 2 * time.Minute}}},
	} {
		r.Name = name
		addRule(t, srv, r)
	}
	scan := func(name string) (*filescan.File, error) {
		return files.Scan(t.Context(), acrcloud.FromBytes(name, track.WAV(0, 12*time.Second)), nil)
	}
	f, err := scan("silent")
	require.NoError(t, err)
	assert.Equal(t, filescan.StateNoResults, f.State)
	assert.Empty(t, f.Results.Music, "what would have been recognised is not")

	f, err = scan("failed")
	require.Error(t, err)
	assert.Equal(t, "cannot decode", f.Detail)

	f, err = scan("raw")
	require.NoError(t, err)
	assert.Len(t, f.Results.Speech, 1)

	f, err = scan("matches")
	require.NoError(t, err)
	assert.Equal(t, 180.0, f.Duration)
	require.Len(t, f.Results.Music, 1)
	m := f.Results.Music[0]
	assert.Equal(t, "Silver River", m.Result.Title)
	assert.Equal(t, 10*time.Second, m.Start())
	assert.Equal(t, 20.0, m.PlayedDuration)
	require.NotNil(t, m.Result.Score)
	assert.Equal(t, 65.0, *m.Result.Score)
	require.Len(t, f.Results.CoverSongs, 1)
	assert.Equal(t, time.Minute, f.Results.CoverSongs[0].Start())
	require.Len(t, f.Results.CustomFiles, 1)
	assert.Equal(t, "Jingle", f.Results.CustomFiles[0].Result.Title)

	f, err = scan("whole")
	require.NoError(t, err)
	assert.Equal(t, 60.0, f.Results.Music[0].PlayedDuration, "until the file ends")

	_, err = scan("no rule")
	require.Error(t, err)
	assert.Contains(t, err.Error(), "OnScan was asked")
}

func TestRuleOfDerivativeWorks(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{})
	addRule(t, w.srv, mock.Rule{Matches: []mock.RuleMatch{{Track: track, Score: 42}}})
	music := w.results(w.container(map[string]any{"deepright": true}), []byte("x"))["results"].(map[string]any)["music"].([]any)
	require.Len(t, music, 1)
	assert.Equal(t, 42.0, music[0].(map[string]any)["score"], "the score that counts is that of the match")
}

func TestRuleProcessingAndCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t, mock.WithProcessingTime(time.Second))
		addRule(t, srv, mock.Rule{Name: "slow", Processing: new(time.Minute)})
		addRule(t, srv, mock.Rule{Name: "lost", Callback: mock.CallbackFault{Lose: true}})
		addRule(t, srv, mock.Rule{Name: "doubled", Callback: mock.CallbackFault{Copies: 1, Delay: 10 * time.Second}})
		slow, _, doubled := upload(t, files, "slow"), upload(t, files, "lost"), upload(t, files, "doubled")
		time.Sleep(5 * time.Second) //nolint:forbidigo // time is fake here
		synctest.Wait()
		assert.Zero(t, r.count())
		time.Sleep(10 * time.Second) //nolint:forbidigo // time is fake here
		synctest.Wait()
		assert.Equal(t, []string{doubled, doubled}, r.ids(t))
		time.Sleep(time.Minute) //nolint:forbidigo // time is fake here
		synctest.Wait()
		assert.Equal(t, []string{doubled, doubled, slow}, r.ids(t))
	})
}

func TestRuleFault(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	create := func(name string) (reply, error) {
		body, contentType := form(t, "file", name, []byte(name), "data_type", "audio")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, regionHost+w.cid()+"/files", body)
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Authorization", "Bearer "+w.token)
		resp, err := w.http.Do(req)
		if err != nil {
			return reply{}, err
		}
		defer resp.Body.Close() //nolint:errcheck // it was only read
		return reply{status: resp.StatusCode, header: resp.Header}, nil
	}
	count := func() float64 {
		return w.send("GET", mainHost+w.cid(), nil).data(t)["num"].(float64)
	}
	addRule(t, w.srv, mock.Rule{Name: "busy", Times: 1, Fault: &mock.Fault{Status: 503, RetryAfter: 2 * time.Second}})
	addRule(t, w.srv, mock.Rule{Name: "lost", Fault: &mock.Fault{Lose: true}})
	addRule(t, w.srv, mock.Rule{Name: "forgotten", Fault: &mock.Fault{Forget: true}})
	addRule(t, w.srv, mock.Rule{Name: "made", Fault: &mock.Fault{Process: true, Status: 429}})

	r, err := create("busy")
	require.NoError(t, err)
	assert.Equal(t, 503, r.status)
	assert.Equal(t, "2", r.header.Get("Retry-After"))
	_, err = create("lost")
	require.Error(t, err)
	assert.Zero(t, count())
	r, err = create("busy")
	require.NoError(t, err)
	assert.Equal(t, 201, r.status, "the rule is used up")
	_, err = create("forgotten")
	require.Error(t, err)
	r, err = create("made")
	require.NoError(t, err)
	assert.Equal(t, 429, r.status)
	assert.Equal(t, 3.0, count(), "the last two were made")
	statuses := []int{}
	for _, seen := range w.srv.Requests() {
		if seen.Op == mock.OpCreateFile {
			statuses = append(statuses, seen.Status)
		}
	}
	assert.Equal(t, []int{503, 0, 201, 0, 429}, statuses)
}

func TestRuleRefusals(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{})
	for want, r := range map[string]mock.Rule{
		"Rule.Name":                             {Name: "["},
		"Rule.SHA256":                           {SHA256: "abc"},
		"Rule.Processing":                       {Processing: new(-time.Second)},
		"Rule.Outcome.Results":                  {Outcome: mock.Outcome{Results: json.RawMessage("{")}},
		"Rule.Skip":                             {Skip: -1},
		"Rule.Matches and Rule.Outcome.Results": {Outcome: mock.Outcome{Results: json.RawMessage("{}")}, Matches: []mock.RuleMatch{{Track: track}}},
		"Rule.Matches[0].Track":                 {Matches: []mock.RuleMatch{{}}},
		"Rule.Matches[0].List":                  {Matches: []mock.RuleMatch{{Track: track, List: "musik"}}},
		"Rule.Matches[0].Score":                 {Matches: []mock.RuleMatch{{Track: track, Score: 101}}},
		"Rule.Matches[0]: Offset,":              {Matches: []mock.RuleMatch{{Track: track, Offset: -1}}},
	} {
		_, err := srv.AddRule(r)
		assert.ErrorContains(t, err, want)
	}
}

// What a rule leaves open is as without the rule: the length of the file, which its content has.
func TestRuleWithoutADuration(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{Duration: 5 * time.Minute})
	match := mock.RuleMatch{Track: track, Start: time.Minute}
	addRule(t, w.srv, mock.Rule{Name: "matches", Matches: []mock.RuleMatch{match}})
	addRule(t, w.srv, mock.Rule{Name: "state", Outcome: mock.Outcome{State: new(1)}})
	addRule(t, w.srv, mock.Rule{Name: "unknown length", Matches: []mock.RuleMatch{match}})
	w.srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{Detail: "scripted"} })
	c := w.cid()
	for name, tt := range map[string]struct {
		content  []byte
		duration float64
		played   any
	}{
		"matches":        {track.WAV(0, 20*time.Second), 20, 20.0},
		"state":          {track.WAV(0, 20*time.Second), 20, nil},
		"script":         {track.WAV(0, 20*time.Second), 20, nil},
		"unknown length": {[]byte("no sound"), 0, 240.0}, // until the track ends
	} {
		body, contentType := form(t, "file", name, tt.content, "data_type", "audio")
		made := w.send("POST", regionHost+c+"/files", body, "Content-Type", contentType)
		require.Equal(t, 201, made.status)
		file := w.send("GET", regionHost+c+"/files/"+made.data(t)["id"].(string), nil).rows(t)[0]
		assert.Equal(t, tt.duration, file["duration"], name)
		if tt.played != nil {
			assert.Equal(t, tt.played, rowsOf(t, file, "music")[0]["played_duration"], name)
		}
	}
}

// All that is right is taken, and copied: what the caller changes later does not count.
func TestRuleIsTaken(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{})
	fault := &mock.Fault{Status: 503, Header: http.Header{"X-A": {"1"}}}
	sum := sha256.Sum256([]byte("content"))
	addRule(t, w.srv, mock.Rule{SHA256: strings.ToUpper(hex.EncodeToString(sum[:])), Times: 1, Fault: fault})
	fault.Status, fault.Lose = 200, true
	fault.Header.Set("X-A", "2")
	body, contentType := form(t, "file", "a", []byte("content"), "data_type", "audio")
	r := w.send("POST", regionHost+w.cid()+"/files", body, "Content-Type", contentType)
	assert.Equal(t, 503, r.status)
	assert.Equal(t, "1", r.header.Get("X-A"))

	for _, good := range []mock.Rule{
		{Matches: []mock.RuleMatch{{Track: track, Score: 0}, {Track: track, Score: 100}}},
		{Outcome: mock.Outcome{Results: json.RawMessage(`{}`)}},
		{Processing: new(time.Duration(0))},
	} {
		addRule(t, w.srv, good)()
	}
	for want, bad := range map[string]mock.Rule{
		"Score":  {Matches: []mock.RuleMatch{{Track: track, Score: -0.1}}},
		"SHA256": {SHA256: strings.Repeat("g", 64)},
		"Start":  {Matches: []mock.RuleMatch{{Track: track, Start: -1}}},
		"Length": {Matches: []mock.RuleMatch{{Track: track, Length: -1}}},
		"Times":  {Times: -1},
	} {
		_, err := w.srv.AddRule(bad)
		assert.ErrorContains(t, err, want)
	}
}

// A rule for fingerprints fits them, and a match can be put into any list.
func TestRuleOfFingerprints(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{})
	addRule(t, w.srv, mock.Rule{DataType: "fingerprint", Matches: []mock.RuleMatch{{Track: track, List: "custom_files", Score: 7}}})
	body, contentType := form(t, "file", "a.fp", []byte("a fingerprint"), "data_type", "fingerprint")
	made := w.send("POST", regionHost+w.cid()+"/files", body, "Content-Type", contentType)
	require.Equal(t, 201, made.status)
	file := w.send("GET", regionHost+w.cid()+"/files/"+made.data(t)["id"].(string), nil).rows(t)[0]
	custom := rowsOf(t, file, "custom_files")
	require.Len(t, custom, 1)
	assert.Equal(t, 7.0, custom[0]["result"].(map[string]any)["score"])
	assert.NotContains(t, custom[0]["result"], "external_metadata", "it is shown as a custom file")
	assert.NotContains(t, file["results"], "music")
}

// A fault that only delays prevents nothing.
func TestRuleFaultThatDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, files := callingBack(t)
		addRule(t, srv, mock.Rule{Fault: &mock.Fault{Delay: 3 * time.Second}})
		start := time.Now()
		assert.NotEmpty(t, upload(t, files, "a.wav"))
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}
