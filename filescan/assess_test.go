package filescan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
)

// scanned is a file of 200 seconds that is done.
func scanned(r *filescan.Results) *filescan.File {
	return &filescan.File{ID: fileID, Name: "x", State: filescan.StateReady, Duration: 200, Results: r}
}

// music is a match whose recording has a score.
func music(offset, played, score float64) filescan.Match {
	return filescan.Match{Offset: offset, PlayedDuration: played, Result: acrcloud.Music{Title: "Song", Score: &score}}
}

func unscored(offset, played float64) filescan.Match {
	return filescan.Match{Offset: offset, PlayedDuration: played, Result: acrcloud.Music{Title: "Song"}}
}

func altered(m filescan.Match, tempo, pitch float64) filescan.Match {
	m.TimeSkew, m.FrequencySkew = &tempo, &pitch
	return m
}

func custom(score *float64) filescan.CustomMatch {
	return filescan.CustomMatch{PlayedDuration: 10, Score: score, Result: acrcloud.CustomFile{Title: "Own", BucketID: "4711"}}
}

func ai(prediction string, probability, seconds float64) filescan.AIDetection {
	return filescan.AIDetection{Prediction: prediction, AIProbability: &probability, Duration: seconds}
}

func TestAssess(t *testing.T) {
	t.Parallel()
	tracks := func(m ...filescan.Match) *filescan.File { return scanned(&filescan.Results{Music: m}) }
	covers := func(m ...filescan.Match) *filescan.File { return scanned(&filescan.Results{CoverSongs: m}) }
	detected := func(d ...filescan.AIDetection) *filescan.File {
		return scanned(&filescan.Results{AIDetection: d})
	}
	in := func(state filescan.State, f *filescan.File) *filescan.File {
		f.State = state
		return f
	}
	lasting := func(seconds float64, f *filescan.File) *filescan.File {
		f.Duration = seconds
		return f
	}
	tests := []struct {
		name       string
		file       *filescan.File
		risk       filescan.Risk
		kind       filescan.MatchType
		confidence float64
		matched    float64
		rules      []string // of the reasons
	}{
		{"no file", nil, filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.state"}},
		{"processing", in(0, tracks(music(0, 100, 100))), filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.state"}},
		{"failed", in(-2, tracks(music(0, 100, 100))), filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.state"}},
		{"failed otherwise", in(-3, scanned(nil)), filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.state"}},
		{"a new stage", in(7, scanned(nil)), filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.state"}},
		{"a new failure", in(-7, scanned(nil)), filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.state"}},
		{"ready, nil results", scanned(nil), filescan.RiskNone, filescan.MatchNone, 0, 0, nil},
		{"ready, empty results", tracks(), filescan.RiskNone, filescan.MatchNone, 0, 0, nil},
		{"no results", in(-1, scanned(nil)), filescan.RiskNone, filescan.MatchNone, 0, 0, nil},

		{"exact, 30 s", tracks(music(0, 30, 80)), filescan.RiskCritical, filescan.MatchExact, 80, 30, []string{"music.extent", "music.exact"}},
		{"exact, just below 30 s", tracks(music(0, 29.9, 80)), filescan.RiskHigh, filescan.MatchExact, 80, 29.9, []string{"music.exact"}},
		{"exact, half of the file", lasting(40, tracks(music(10, 20, 99))), filescan.RiskCritical, filescan.MatchExact, 99, 20, []string{"music.extent", "music.exact"}},
		{"exact, just below half", lasting(40.2, tracks(music(10, 20, 99))), filescan.RiskHigh, filescan.MatchExact, 99, 20, []string{"music.exact"}},
		{"exact, duration unknown", lasting(0, tracks(music(10, 20, 99))), filescan.RiskHigh, filescan.MatchExact, 99, 20, []string{"music.exact", "share.skipped"}},
		{"similar from 50 on", tracks(music(0, 100, 50)), filescan.RiskMedium, filescan.MatchSimilar, 50, 100, []string{"music.similar"}},
		{"similar below 80", tracks(music(0, 100, 79.9)), filescan.RiskMedium, filescan.MatchSimilar, 79.9, 100, []string{"music.similar"}},
		{"weak below 50", tracks(music(0, 100, 49.9)), filescan.RiskLow, filescan.MatchSimilar, 49.9, 100, []string{"music.weak"}},
		{"no similarity", tracks(unscored(0, 100)), filescan.RiskLow, filescan.MatchSimilar, 25, 100, []string{"music.weak"}},
		{"skew of 0.02", tracks(altered(music(0, 100, 60), 0.02, -0.02)), filescan.RiskMedium, filescan.MatchSimilar, 60, 100, []string{"music.similar"}},
		{"tempo altered", tracks(altered(music(0, 100, 60), -0.021, 0)), filescan.RiskHigh, filescan.MatchSimilar, 60, 100, []string{"music.altered"}},
		{"pitch altered", tracks(altered(music(0, 100, 10), 0, 0.03)), filescan.RiskMedium, filescan.MatchSimilar, 10, 100, []string{"music.altered"}},
		{"altered, high stays high", tracks(altered(music(0, 10, 90), 0.03, 0)), filescan.RiskHigh, filescan.MatchExact, 90, 10, []string{"music.altered"}},
		{"altered, critical stays critical", tracks(altered(music(0, 40, 90), 0.03, 0)), filescan.RiskCritical, filescan.MatchExact, 90, 40, []string{"music.extent", "music.altered"}},

		{"cover, 30 s", covers(unscored(0, 30)), filescan.RiskHigh, filescan.MatchCover, 60, 30, []string{"cover.extent", "cover"}},
		{"cover, half of the file", lasting(20, covers(unscored(0, 10))), filescan.RiskHigh, filescan.MatchCover, 60, 10, []string{"cover.extent", "cover"}},
		{"cover, short", covers(unscored(0, 29.9)), filescan.RiskMedium, filescan.MatchCover, 50, 29.9, []string{"cover"}},

		{"own bucket, 80", scanned(&filescan.Results{CustomFiles: []filescan.CustomMatch{custom(new(80.0))}}), filescan.RiskHigh, filescan.MatchCustom, 80, 10, []string{"custom.exact"}},
		{"own bucket, below 80", scanned(&filescan.Results{CustomFiles: []filescan.CustomMatch{custom(new(79.0))}}), filescan.RiskMedium, filescan.MatchCustom, 79, 10, []string{"custom"}},
		{"own bucket, no similarity", scanned(&filescan.Results{CustomFiles: []filescan.CustomMatch{custom(nil)}}), filescan.RiskMedium, filescan.MatchCustom, 50, 10, []string{"custom"}},

		{"AI, 90", detected(ai("ai_generated", 90, 180)), filescan.RiskHigh, filescan.MatchAIGenerated, 90, 0, []string{"ai.high"}},
		{"AI, below 90", detected(ai("ai_generated", 89.9, 180)), filescan.RiskMedium, filescan.MatchAIGenerated, 89.9, 0, []string{"ai.medium"}},
		{"AI, 50", detected(ai("ai_generated", 50, 180)), filescan.RiskMedium, filescan.MatchAIGenerated, 50, 0, []string{"ai.medium"}},
		{"AI, below 50", detected(ai("human", 49.9, 180)), filescan.RiskNone, filescan.MatchNone, 0, 0, nil},
		{"AI, highest of the stems", detected(ai("human", 10, 180), ai("ai_generated", 95, 180), ai("ai_generated", 60, 180)), filescan.RiskHigh, filescan.MatchAIGenerated, 95, 0, []string{"ai.high"}},
		{"AI, 3 s", detected(ai("ai_generated", 99, 3)), filescan.RiskHigh, filescan.MatchAIGenerated, 99, 0, []string{"ai.high"}},
		{"AI, too short", detected(ai("ai_generated", 99, 2.9)), filescan.RiskNone, filescan.MatchNone, 0, 0, nil},
		{"AI, unknown prediction", detected(ai("no_vocals", 99, 180)), filescan.RiskNone, filescan.MatchNone, 0, 0, nil},
		{"AI, no probability", detected(filescan.AIDetection{Prediction: "ai_generated"}), filescan.RiskUnknown, filescan.MatchNone, 0, 0, []string{"file.unread"}},
		{"AI with state -1", in(-1, detected(ai("ai_generated", 99, 180))), filescan.RiskHigh, filescan.MatchAIGenerated, 99, 0, []string{"ai.high"}},

		{"short matches", tracks(music(0, 2.9, 100), music(10, 2, 100)), filescan.RiskNone, filescan.MatchNone, 0, 0, []string{"match.short"}},
		{"3 s are not short", tracks(music(0, 3, 100)), filescan.RiskHigh, filescan.MatchExact, 100, 3, []string{"music.exact"}},
		{"overlaps count once", tracks(music(0, 20, 90), music(10, 15, 95)), filescan.RiskHigh, filescan.MatchExact, 95, 25, []string{"music.exact", "music.exact"}},
		{"parts add up", tracks(music(0, 20, 90), music(50, 15, 95)), filescan.RiskCritical, filescan.MatchExact, 95, 35, []string{"music.extent", "music.exact", "music.exact"}},
		{"clipped to the file", tracks(music(190, 60, 90)), filescan.RiskHigh, filescan.MatchExact, 90, 10, []string{"music.exact"}},
		{"the worst counts", scanned(&filescan.Results{
			Music: []filescan.Match{music(0, 10, 60)}, CoverSongs: []filescan.Match{unscored(0, 40)}, CustomFiles: []filescan.CustomMatch{custom(nil)},
		}), filescan.RiskHigh, filescan.MatchCover, 60, 40, []string{"music.similar", "cover.extent", "cover", "custom"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, rules := range []*filescan.Rules{nil, {}, filescan.DefaultRules()} {
				got := filescan.Assess(tt.file, rules)
				assert.Equal(t, tt.risk, got.Risk, "%+v", got)
				assert.Equal(t, tt.kind, got.MatchType)
				assert.InDelta(t, tt.confidence, got.Confidence, 1e-9)
				assert.InDelta(t, tt.matched, got.MatchedSeconds, 1e-9)
				var rules []string
				for _, r := range got.Reasons {
					rules = append(rules, r.Rule)
					assert.NotEmpty(t, r.Text)
				}
				assert.Equal(t, tt.rules, rules)
			}
		})
	}
}

func TestAssessReasons(t *testing.T) {
	t.Parallel()
	m := altered(music(1.5, 40, 85), 0.035, 0)
	m.Result.Artists = []acrcloud.Artist{{Name: "Ada"}, {Name: "Birch"}}
	m.Result.ExternalIDs.ISRC = []string{"QZABC2600001"}
	got := filescan.Assess(scanned(&filescan.Results{Music: []filescan.Match{m}}), nil)
	require.Len(t, got.Reasons, 2)
	assert.Equal(t, "music of similarity 80 or more covers 40 s, at least 30 s", got.Reasons[0].Text)
	assert.Equal(t, filescan.Reason{
		Rule: "music.altered", Title: "Song", Artists: []string{"Ada", "Birch"}, ISRC: "QZABC2600001", Start: 1.5, End: 41.5,
		Text: `"Song" by Ada, Birch at 1.5 to 41.5 s (40 s): similarity 85, at least 80; altered: tempo or pitch differs by 3.5 %, more than 2 %`,
	}, got.Reasons[1])
}

// The derivative rows of a real shape: most have no score of the recording, or one below 25. A filter on that would drop them.
func TestAssessDerivativeWorks(t *testing.T) {
	t.Parallel()
	var results filescan.Results
	require.NoError(t, json.Unmarshal(fixture.Results(), &results))
	got := filescan.Assess(&filescan.File{State: filescan.StateReady, Results: &results}, nil)
	assert.Equal(t, filescan.RiskCritical, got.Risk)
	assert.Equal(t, filescan.MatchExact, got.MatchType)
	assert.NotContains(t, got.Reasons, "share.skipped", "the rows tell the file's duration")
	rows := len(results.Music) + len(results.CoverSongs)
	assert.GreaterOrEqual(t, len(got.Reasons), rows/2)
	assert.Equal(t, got, filescan.Assess(&filescan.File{State: filescan.StateReady, Results: &results}, nil), "always the same")
}

func TestAssessAllowList(t *testing.T) {
	t.Parallel()
	m := music(0, 100, 100)
	m.Result.ACRID, m.Result.Label, m.Result.ExternalIDs.ISRC = "abc", "My Label", []string{"QZABC2600001"}
	file := scanned(&filescan.Results{Music: []filescan.Match{m}, CustomFiles: []filescan.CustomMatch{custom(new(90.0))}})
	for name, list := range map[string]filescan.AllowList{
		"isrc": {ISRC: []string{"qzabc2600001"}}, "acrid": {ACRID: []string{"ABC"}}, "label": {Label: []string{"my label"}},
	} {
		got := filescan.Assess(file, &filescan.Rules{Allow: list})
		assert.Equal(t, filescan.MatchCustom, got.MatchType, name)
		assert.Equal(t, "match.allowed", got.Reasons[len(got.Reasons)-1].Rule)
	}
	got := filescan.Assess(file, &filescan.Rules{Allow: filescan.AllowList{Label: []string{"My Label"}, Bucket: []string{"4711"}}})
	assert.Equal(t, filescan.RiskNone, got.Risk)
	assert.Zero(t, got.MatchedSeconds)
	assert.Len(t, got.Reasons, 2)
}

func TestAssessOwnThresholds(t *testing.T) {
	t.Parallel()
	file := scanned(&filescan.Results{Music: []filescan.Match{music(0, 1, 70)}})
	got := filescan.Assess(file, &filescan.Rules{MinSeconds: new(0.0), ExactSimilarity: new(70.0), LongSeconds: new(1.0)})
	assert.Equal(t, filescan.RiskCritical, got.Risk)
}

// What could not be read is not clean.
func TestAssessUnread(t *testing.T) {
	t.Parallel()
	row := `{"offset":0,"played_duration":90,"result":{"title":"Song","score":100}}`
	tests := map[string]struct {
		results string
		risk    filescan.Risk
		rules   []string
	}{
		"no results at all":      {`5`, filescan.RiskUnknown, []string{"file.unread"}},
		"no rows":                {`{"music":["a","b"]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"an odd row":             {`{"music":[` + row + `,"b"]}`, filescan.RiskCritical, []string{"music.extent", "music.exact", "file.unread"}},
		"no detection":           {`{"ai_detection":"none"}`, filescan.RiskUnknown, []string{"file.unread"}},
		"a list with gaps":       {`{"music":{"0":` + row + `,"2":` + row + `}}`, filescan.RiskCritical, []string{"music.extent", "music.exact", "music.exact"}},
		"an unread length":       {`{"music":[{"offset":0,"played_duration":"1:30","result":{"title":"Song","score":100}}]}`, filescan.RiskHigh, []string{"music.exact", "file.unread"}},
		"an unknown member":      {`{"new_thing":[1]}`, filescan.RiskNone, nil},
		"no length":              {`{"music":[{"offset":0,"score":99,"result":{"title":"Song"}}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"a null length":          {`{"cover_songs":[{"offset":0,"played_duration":null,"result":{"title":"Song"}}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"no length of your own":  {`{"custom_files":[{"offset":0,"score":99,"result":{"title":"Song"}}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"a short and an unread":  {`{"music":[{"offset":0,"played_duration":1,"result":{"title":"Song"}},{"offset":0,"played_duration":null,"result":{"title":"Song"}}]}`, filescan.RiskUnknown, []string{"file.unread", "match.short"}},
		"an unread score":        {`{"music":[{"offset":0,"played_duration":9,"score":"99%","result":{"title":"Song","score":1}}]}`, filescan.RiskLow, []string{"music.weak", "file.unread"}},
		"a score nobody reads":   {`{"music":[{"offset":0,"played_duration":9,"result":{"title":"Song","score":"99%"}}]}`, filescan.RiskLow, []string{"music.weak", "file.unread"}},
		"an unread skew":         {`{"music":[{"offset":0,"played_duration":9,"score":60,"time_skew":"much","result":{"title":"Song"}}]}`, filescan.RiskMedium, []string{"music.similar", "file.unread"}},
		"an unread offset":       {`{"music":[{"offset":"0:10","played_duration":9,"score":90,"result":{"title":"Song"}}]}`, filescan.RiskHigh, []string{"music.exact", "file.unread"}},
		"an unread track":        {`{"music":[{"offset":0,"played_duration":9,"score":90,"result":"Song"}]}`, filescan.RiskHigh, []string{"music.exact", "file.unread"}},
		"AI, a percentage":       {`{"ai_detection":[{"prediction":"ai_generated","ai_probability":"91.15%"}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"AI, an object":          {`{"ai_detection":[{"prediction":"ai_generated","ai_probability":{"value":91}}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"AI, human, an object":   {`{"ai_detection":[{"prediction":"human","ai_probability":{"value":91}}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"AI, a list":             {`{"ai_detection":[{"prediction":["ai_generated","human"],"ai_probability":99}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"AI, no prediction":      {`{"ai_detection":[{"ai_probability":99}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"AI, capitals":           {`{"ai_detection":[{"prediction":"AI_GENERATED","ai_probability":99}]}`, filescan.RiskHigh, []string{"ai.high"}},
		"AI, one of two":         {`{"ai_detection":[{"prediction":"ai_generated"},{"prediction":"ai_generated","ai_probability":60}]}`, filescan.RiskMedium, []string{"ai.medium", "file.unread"}},
		"AI, human, no more":     {`{"ai_detection":[{"prediction":"human"}]}`, filescan.RiskNone, nil},
		"covers by another name": {`{"cover_files":[{"offset":0}]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"no such covers":         {`{"cover_files":[ ],"Music":null}`, filescan.RiskNone, nil},
		"a name in capitals":     {`{"Music":[` + row + `]}`, filescan.RiskUnknown, []string{"file.unread"}},
		"one level down":         {`{"data":{"music":[` + row + `]}}`, filescan.RiskUnknown, []string{"file.unread"}},
		"what no rule is about":  {`{"music_speech":"odd"}`, filescan.RiskNone, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f filescan.File
			require.NoError(t, json.Unmarshal([]byte(`{"id":"a","state":1,"duration":180,"results":`+tt.results+`}`), &f))
			got := filescan.Assess(&f, nil)
			assert.Equal(t, tt.risk, got.Risk)
			var rules []string
			for _, r := range got.Reasons {
				rules = append(rules, r.Rule)
			}
			assert.Equal(t, tt.rules, rules)
		})
	}
}

// An ISRC is written with hyphens, with blanks, and without.
func TestAssessAllowsISRC(t *testing.T) {
	t.Parallel()
	m := music(0, 90, 100)
	m.Result.ExternalIDs.ISRC = []string{"QZ-ABC-26-00001"}
	for isrc, want := range map[string]filescan.Risk{"QZABC2600001": filescan.RiskNone, "qz abc 26 00001": filescan.RiskNone, "QZABC2600002": filescan.RiskCritical, "": filescan.RiskCritical, "-": filescan.RiskCritical} {
		got := filescan.Assess(scanned(&filescan.Results{Music: []filescan.Match{m}}), &filescan.Rules{Allow: filescan.AllowList{ISRC: []string{isrc}}})
		assert.Equal(t, want, got.Risk, isrc)
	}
}

func TestRiskText(t *testing.T) {
	t.Parallel()
	for r := filescan.RiskUnknown; r <= filescan.RiskCritical; r++ {
		b, err := json.Marshal(filescan.Assessment{Risk: r})
		require.NoError(t, err)
		var got filescan.Assessment
		require.NoError(t, json.Unmarshal(b, &got))
		assert.Equal(t, r, got.Risk)
	}
	var r filescan.Risk
	require.ErrorIs(t, r.UnmarshalText([]byte("dire")), acrcloud.ErrInvalidArgument)
}

func TestReadRules(t *testing.T) {
	t.Parallel()
	rules, err := filescan.ReadRules(strings.NewReader(`{"long_seconds": 10, "min_seconds": 0, "allow": {"isrc": ["A"], "bucket": ["1", "2"]}}`))
	require.NoError(t, err)
	assert.Equal(t, &filescan.Rules{LongSeconds: new(10.0), MinSeconds: new(0.0), Allow: filescan.AllowList{ISRC: []string{"A"}, Bucket: []string{"1", "2"}}}, rules)
	b, err := json.Marshal(filescan.DefaultRules())
	require.NoError(t, err)
	rules, err = filescan.ReadRules(bytes.NewReader(b))
	require.NoError(t, err)
	assert.Equal(t, filescan.DefaultRules(), rules)
	require.NoError(t, (*filescan.Rules)(nil).Validate())
	_, err = filescan.ReadRules(strings.NewReader("\uFEFF{}"))
	require.NoError(t, err, "some editors put a mark there")

	tests := []struct{ in, field, remedy string }{
		{"", "rules", "object"},
		{"[]", "rules", "{"},
		{`{"long_seconds": 1, "long_seconds": 2}`, "rules", "keep one"},
		{`{"allow": {"isrc": ["A"], "isrc": ["B"]}}`, "rules", "keep one"},
		{`{"allow": {"isrc": [null]}}`, "allow.isrc", "["},
		{"null", "rules", "{"},
		{"{} {}", "rules", "object"},
		{`{"long_second": 1}`, "long_second", `"long_seconds"`},
		{`{"xyz": 1}`, "xyz", "Rules"},
		{`{"long_seconds": "1"}`, "long_seconds", "number"},
		{`{"long_seconds": null}`, "long_seconds", "number"},
		{`{"long_seconds": -1}`, "long_seconds", "from 0"},
		{`{"exact_similarity": 101}`, "exact_similarity", "0 to 100"},
		{`{"long_share": 50}`, "long_share", "0 to 1"},
		{`{"exact_similarity": 40}`, "similar_similarity", "higher"},
		{`{"ai_high": 40}`, "ai_medium", "higher"},
		{`{"allow": []}`, "allow", "{"},
		{`{"allow": {"isrcs": []}}`, "allow.isrcs", `"allow.isrc"`},
		{`{"allow": {"isrc": "A"}}`, "allow.isrc", "["},
	}
	for _, tt := range tests {
		_, err := filescan.ReadRules(strings.NewReader(tt.in))
		e, ok := errors.AsType[*acrcloud.ArgumentError](err)
		require.True(t, ok, "%s: %v", tt.in, err)
		assert.Equal(t, tt.field, e.Field, tt.in)
		assert.Contains(t, e.Remedy, tt.remedy, tt.in)
	}
	_, err = filescan.ReadRules(strings.NewReader(`"` + strings.Repeat("x", 1<<20) + `"`))
	require.ErrorContains(t, err, "1 MiB")
	require.Error(t, (&filescan.Rules{Skew: new(math.NaN())}).Validate())
}

func FuzzAssess(f *testing.F) {
	f.Add([]byte(`{"state":1,"duration":1e308,"results":{"music":[{"offset":-1e308,"played_duration":1e308,"time_skew":9}]}}`), `{}`)
	f.Add([]byte(`{"state":1,"results":{"ai_detection":[{"prediction":"human","ai_probability":1e9,"start":5,"end":1}],"custom_files":[{}]}}`), `{"min_seconds":0}`)
	f.Fuzz(func(t *testing.T, data []byte, rules string) {
		var file filescan.File
		if json.Unmarshal(data, &file) != nil {
			return
		}
		r, err := filescan.ReadRules(strings.NewReader(rules))
		if err != nil {
			r = nil
		}
		got := filescan.Assess(&file, r)
		if got.Confidence < 0 || got.Confidence > 100 || got.MatchedSeconds < 0 || math.IsNaN(got.MatchedSeconds) || (file.Duration > 0 && got.MatchedSeconds > file.Duration+1e-6) {
			t.Errorf("%+v", got)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Error(err)
		}
		if err := filescan.WriteCSV(&bytes.Buffer{}, filescan.FilesOf(&file), r); err != nil {
			t.Error(err)
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add(`{"long_seconds":1,"allow":{"isrc":["a"]}}`)
	f.Add(`{"skew":1e999}`)
	f.Fuzz(func(t *testing.T, in string) {
		rules, err := filescan.ReadRules(strings.NewReader(in))
		if err != nil {
			return
		}
		if err := rules.Validate(); err != nil {
			t.Errorf("what was read is not valid: %v", err)
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	var results filescan.Results
	require.NoError(b, json.Unmarshal(fixture.Results(), &results))
	file := scanned(&results)
	b.ReportAllocs()
	for b.Loop() {
		filescan.Assess(file, nil)
	}
}
