package filescan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Assess judges a scanned file by rules. It returns a risk, the evidence, and how sure it is. nil rules mean [DefaultRules]. It is a
// technical indication and not a legal one; the defaults are this SDK's, not ACRCloud's. The same file and rules always give the same
// Assessment. Nothing is sent.
//
// These are the rules, with their default thresholds. docs/assessment.md in the repository explains each.
//
//	file.state      nil, processing, failed, or in an unknown state: unknown
//	file.unread     results, rows of them, or what the rules need of a row cannot be read or are missing: unknown, unless others say more
//	music.extent    music of similarity 80 or more covers 30 s or half of the file: critical, exact
//	music.exact     music of similarity 80 or more: high, exact
//	music.similar   music of similarity 50 or more: medium, similar
//	music.weak      other music: low, similar
//	music.altered   music whose tempo or pitch differs by more than 2 %: one step up, at most high
//	cover.extent    covers of 30 s or half of the file: cover, high
//	cover           other covers: cover, medium
//	custom.exact    audio of your buckets, similarity 80 or more: custom, high
//	custom          other audio of your buckets: custom, medium
//	ai.high         AI-generated with 90 % or more: high, ai_generated
//	ai.medium       AI-generated with 50 % or more: medium, ai_generated
//	match.short     matches below 3 s: ignored
//	match.allowed   matches on the allow-list: listed, count for nothing
//	share.skipped   the file's duration is unknown: rules on shares are skipped
//
// The similarity is [Match.Similarity]. Seconds are the union of [offset, offset + played duration], clipped to the file; for the extent
// rules, of all matches of their kind together.
//
// A file from a list has no Results unless ListFilesOptions.WithResults is set. Without them a file looks as if it had no matches.
func Assess(file *File, rules *Rules) Assessment {
	if reason := undecided(file); reason != "" {
		return Assessment{Risk: RiskUnknown, MatchType: MatchNone, Reasons: []Reason{{Rule: "file.state", Text: reason}}}
	}
	a := &assessor{rules: rules.complete(), duration: durationOf(file), verdict: Assessment{Risk: RiskNone, MatchType: MatchNone, Reasons: []Reason{}}}
	if results := file.Results; results != nil {
		a.verdict.Reasons = make([]Reason, 0, len(results.Music)+len(results.CoverSongs)+len(results.CustomFiles)+4)
		a.music(results.Music)
		a.covers(results.CoverSongs)
		a.custom(results.CustomFiles)
		a.ai(results.AIDetection)
		a.unreadLists(results)
	}
	a.unread(file)
	a.verdict.Reasons = append(a.verdict.Reasons, a.shortReason()...)
	a.verdict.Reasons = append(a.verdict.Reasons, a.allowed...)
	if a.duration <= 0 && a.sharesMatter {
		a.verdict.Reasons = append(a.verdict.Reasons, Reason{Rule: "share.skipped", Text: "the file's duration is unknown, so the rules on shares of the file were skipped"})
	}
	a.verdict.MatchedSeconds = union(a.counted)
	return a.verdict
}

// undecided says why a scan says nothing about its file, if so.
func undecided(file *File) string {
	switch {
	case file == nil:
		return "there is no file"
	case file.State.Failed():
		return fmt.Sprintf("the scan failed (state %d)", int(file.State))
	case !file.State.Done():
		return fmt.Sprintf("the scan is not done (state %d)", int(file.State))
	}
	return ""
}

// resultLists are the members of results that the rules use.
var resultLists = []string{listMusic, listCovers, listCustom, listAI}

const (
	listMusic  = "music"
	listCovers = "cover_songs"
	listCustom = "custom_files"
	listAI     = "ai_detection"
)

// unreadLists notes the lists that could not be decoded, all or in part, and lists of matches under names that no rule is about.
func (a *assessor) unreadLists(results *Results) {
	for _, list := range resultLists {
		if _, odd := results.Extra[list]; odd {
			a.lacks(list)
		}
	}
	for name, raw := range results.Extra {
		if !slices.Contains(resultLists, name) && holdsMatches(name, raw) {
			a.lacks(name)
		}
	}
}

// holdsMatches reports whether a member of results that is not known to the rules seems to hold rows as they are about. That the service
// sends covers as "cover_files", too, is said and not proved.
func holdsMatches(name string, raw json.RawMessage) bool {
	if rest := bytes.Trim(raw, "[]{} \t\r\n"); len(rest) == 0 || string(rest) == "null" {
		return false
	}
	return name == "cover_files" || slices.ContainsFunc(resultLists, func(list string) bool { return strings.EqualFold(list, name) }) ||
		bytes.Contains(raw, []byte(`"played_duration"`)) || bytes.Contains(raw, []byte(`"ai_probability"`))
}

// lacks notes that something of a list could not be read, or is missing, so that nobody knows what it says.
func (a *assessor) lacks(list string) {
	if !slices.Contains(a.unreadIn, list) {
		a.unreadIn = append(a.unreadIn, list)
	}
}

// unread says what was sent but could not be used.
func (a *assessor) unread(file *File) {
	lists := a.unreadIn
	slices.Sort(lists)
	if _, odd := file.Extra["results"]; odd {
		lists = append(lists, "results")
	}
	if len(lists) == 0 {
		return
	}
	a.reason(Reason{Rule: "file.unread", Text: "what the service sent as " + strings.Join(lists, ", ") + " could not be read, or lacks what the rules need, and was left out, all or in part"})
	if a.verdict.Risk == RiskNone {
		a.verdict.Risk = RiskUnknown
	}
}

// durationOf is the file's length in seconds, which derivative works detection repeats in its rows; 0 if it is not known.
func durationOf(file *File) float64 {
	duration := finite(file.Duration)
	if duration <= 0 && file.Results != nil {
		for _, m := range file.Results.Music {
			duration = max(duration, finite(m.FileDuration))
		}
	}
	return max(duration, 0)
}

// An assessor is one call of Assess.
type assessor struct {
	rules    *Rules
	duration float64 // of the file; 0: unknown
	verdict  Assessment

	counted      []span   // of all matches that count
	unreadIn     []string // lists of which something could not be read
	short        int      // matches that were ignored
	allowed      []Reason
	sharesMatter bool     // there was something to apply a rule on shares to
	names        []string // of artists
	scratch      figure
	line         figure
}

// raise makes the verdict what a rule says, if that is worse, or as bad and surer.
func (a *assessor) raise(risk Risk, kind MatchType, confidence float64) {
	if v := &a.verdict; risk > v.Risk || (risk == v.Risk && confidence > v.Confidence) {
		v.Risk, v.MatchType, v.Confidence = risk, kind, confidence
	}
}

func (a *assessor) reason(r Reason) { a.verdict.Reasons = append(a.verdict.Reasons, r) }

// evidence is a match as the rules see it.
type evidence struct {
	span
	title      string
	artists    []string
	isrc       string
	similarity float64
	scored     bool
	skew       float64 // of tempo or pitch, whichever is larger
}

func (a *assessor) music(rows []Match) {
	found := a.collect(listMusic, rows)
	r := a.rules
	exact := spansOf(found, func(e *evidence) bool { return e.scored && e.similarity >= *r.ExactSimilarity })
	critical := a.extent("music.extent", fmt.Sprintf("music of similarity %s or more covers", number(*r.ExactSimilarity)), exact, *r.LongSeconds, *r.LongShare)
	for _, e := range found {
		risk, kind, rule, confidence := RiskLow, MatchSimilar, "music.weak", e.similarity
		f := a.figure().similarity(e)
		switch {
		case !e.scored:
			confidence = *r.WeakConfidence
		case e.similarity >= *r.ExactSimilarity:
			risk, kind, rule, f = RiskHigh, MatchExact, "music.exact", f.atLeast(*r.ExactSimilarity)
			if critical {
				risk = RiskCritical
			}
		case e.similarity >= *r.SimilarSimilarity:
			risk, rule, f = RiskMedium, "music.similar", f.atLeast(*r.SimilarSimilarity)
		default:
			f = f.below(*r.SimilarSimilarity)
		}
		if e.skew > *r.Skew {
			rule = "music.altered"
			f = f.text("; altered: tempo or pitch differs by ").number(100 * e.skew).text(" %, more than ").number(100 * *r.Skew).text(" %")
			if risk < RiskHigh {
				risk++
			}
		}
		a.reason(a.match(rule, e, f))
		a.raise(risk, kind, confidence)
	}
}

func (a *assessor) covers(rows []Match) {
	found := a.collect(listCovers, rows)
	r := a.rules
	risk, confidence := RiskMedium, *r.ShortCoverConfidence
	if a.extent("cover.extent", "covers make up", spansOf(found, func(*evidence) bool { return true }), *r.CoverSeconds, *r.CoverShare) {
		risk, confidence = RiskHigh, *r.LongCoverConfidence
	}
	for _, e := range found {
		a.reason(a.match("cover", e, a.figure().text("a cover; covers have no similarity")))
		a.raise(risk, MatchCover, confidence)
	}
}

func (a *assessor) custom(rows []CustomMatch) {
	r := a.rules
	for _, row := range rows {
		e := a.evidence(row.Offset, row.PlayedDuration)
		e.title = row.Result.Title
		e.similarity, e.scored = scoreOf(row.Similarity())
		if !a.counts(listCustom, &e, row.PlayedDuration, row.Extra, row.Result.Extra, within(r.Allow.Bucket, row.Result.BucketID) || within(r.Allow.ACRID, row.Result.ACRID)) {
			continue
		}
		risk, rule, confidence := RiskMedium, "custom", *r.CustomConfidence
		f := a.figure().text("own bucket ").text(row.Result.BucketID).text("; ").similarity(&e)
		switch {
		case !e.scored:
		case e.similarity >= *r.CustomSimilarity:
			risk, rule, confidence, f = RiskHigh, "custom.exact", e.similarity, f.atLeast(*r.CustomSimilarity)
		default:
			confidence, f = e.similarity, f.below(*r.CustomSimilarity)
		}
		a.reason(a.match(rule, &e, f))
		a.raise(risk, MatchCustom, confidence)
	}
}

// ai gives one verdict on the file: the most probable of its entries. Predictions that are not known say nothing. An entry without a
// probability says nothing either, but if it predicts that a machine made the music, that is not the same as a human.
func (a *assessor) ai(rows []AIDetection) {
	r := a.rules
	best, at, length := -1.0, AIDetection{}, 0.0
	for _, row := range rows {
		generated := strings.EqualFold(row.Prediction, PredictionAIGenerated)
		seconds := a.audioSeconds(row)
		p, ok := 0.0, false
		if row.AIProbability != nil {
			p, ok = scoreOf(*row.AIProbability, true)
		}
		switch {
		case seconds > 0 && seconds < *r.AIMinSeconds:
		case anyOf(row.Extra, "prediction", "ai_probability"), !ok && generated, ok && row.Prediction == "":
			a.lacks(listAI)
		case ok && p > best && (generated || strings.EqualFold(row.Prediction, PredictionHuman)):
			best, at, length = p, row, seconds
		}
	}
	risk, rule, least := RiskMedium, "ai.medium", *r.AIMedium
	if best >= *r.AIHigh {
		risk, rule, least = RiskHigh, "ai.high", *r.AIHigh
	}
	if best < least {
		return
	}
	text := fmt.Sprintf("AI-generated with a probability of %s %%, at least %s %%", number(best), number(least))
	if at.LikelySource != "" {
		text += "; likely source: " + at.LikelySource
	}
	start := 0.0
	if at.Start != nil {
		start = max(finite(*at.Start), 0)
	}
	a.reason(Reason{Rule: rule, Text: text, Start: start, End: start + length})
	a.raise(risk, MatchAIGenerated, best)
}

// audioSeconds is how much audio a detection is about; 0 if it is not known.
func (a *assessor) audioSeconds(d AIDetection) float64 {
	if d.Duration > 0 {
		return finite(d.Duration)
	}
	if d.Start != nil && d.End != nil && *d.End > *d.Start {
		return finite(*d.End - *d.Start)
	}
	return a.duration
}

// collect makes evidence of the rows that count, in the order of the file.
func (a *assessor) collect(list string, rows []Match) []*evidence {
	all := make([]evidence, 0, len(rows))
	found := make([]*evidence, 0, len(rows))
	for i := range rows {
		m := &rows[i]
		e := a.evidence(m.Offset, m.PlayedDuration)
		e.title, e.artists = m.Result.Title, a.namesOf(m.Result.Artists)
		if len(m.Result.ExternalIDs.ISRC) > 0 {
			e.isrc = m.Result.ExternalIDs.ISRC[0]
		}
		e.similarity, e.scored = scoreOf(m.Similarity())
		for _, skew := range []*float64{m.TimeSkew, m.FrequencySkew} {
			if skew != nil {
				e.skew = max(e.skew, math.Abs(finite(*skew)))
			}
		}
		if a.counts(list, &e, m.PlayedDuration, m.Extra, m.Result.Extra, a.allows(&m.Result)) {
			all = append(all, e)
			found = append(found, &all[len(all)-1])
		}
	}
	slices.SortStableFunc(found, func(x, y *evidence) int { return cmp.Compare(x.start, y.start) })
	return found
}

// counts notes a match, and reports whether the rules apply to it. A match whose length could not be read is not a short one, and one of
// which it is missing is not known.
func (a *assessor) counts(list string, e *evidence, played float64, extra, resultExtra map[string]json.RawMessage, allowed bool) bool {
	_, odd := extra["played_duration"]
	switch {
	case allowed:
		a.allowed = append(a.allowed, a.match("match.allowed", e, a.figure().text("on the allow-list")))
		return false
	case !odd && played == 0 && *a.rules.MinSeconds > 0:
		a.lacks(list)
		return false
	case !odd && !(played >= *a.rules.MinSeconds): // NaN is short
		a.short++
		return false
	}
	if odd || anyOf(extra, "score", "offset", "result", "time_skew", "frequency_skew") || anyOf(resultExtra, "score") {
		a.lacks(list)
	}
	a.counted = append(a.counted, e.span)
	return true
}

// anyOf reports whether one of these members could not be read.
func anyOf(extra map[string]json.RawMessage, members ...string) bool {
	if len(extra) == 0 {
		return false
	}
	for _, name := range members {
		if _, odd := extra[name]; odd {
			return true
		}
	}
	return false
}

func (a *assessor) allows(m *acrcloud.Music) bool {
	list := a.rules.Allow
	return within(list.ACRID, m.ACRID) || within(list.Label, m.Label) ||
		slices.ContainsFunc(m.ExternalIDs.ISRC, func(isrc string) bool { return withinISRC(list.ISRC, isrc) })
}

// withinISRC compares letters and digits alone: an ISRC is also written with hyphens or blanks.
func withinISRC(list []string, isrc string) bool {
	if len(list) == 0 {
		return false
	}
	plain := plainISRC(isrc)
	return plain != "" && slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(plainISRC(s), plain) })
}

func plainISRC(isrc string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, isrc)
}

func within(list []string, text string) bool {
	return text != "" && slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}

// extent applies a rule on how much of the file is covered.
func (a *assessor) extent(rule, what string, spans []span, least, share float64) bool {
	if len(spans) == 0 {
		return false
	}
	a.sharesMatter = true
	seconds := union(spans)
	start, end := spans[0].start, 0.0
	for _, s := range spans {
		end = max(end, s.end)
	}
	switch {
	case seconds >= least:
		a.reason(Reason{Rule: rule, Text: fmt.Sprintf("%s %s s, at least %s s", what, number(seconds), number(least)), Start: start, End: end})
	case a.duration > 0 && seconds/a.duration >= share:
		a.reason(Reason{Rule: rule, Text: fmt.Sprintf("%s %s s of %s s, a share of %s, at least %s", what, number(seconds), number(a.duration), number(seconds/a.duration), number(share)), Start: start, End: end})
	default:
		return false
	}
	return true
}

func (a *assessor) shortReason() []Reason {
	if a.short == 0 {
		return nil
	}
	return []Reason{{Rule: "match.short", Text: fmt.Sprintf("%d matches were ignored, since they are shorter than %s s", a.short, number(*a.rules.MinSeconds))}}
}

// evidence is a match at a place of the file, clipped to it.
func (a *assessor) evidence(offset, played float64) evidence {
	s := span{start: max(finite(offset), 0), end: max(finite(offset)+max(finite(played), 0), 0)}
	if a.duration > 0 {
		s.start, s.end = min(s.start, a.duration), min(s.end, a.duration)
	}
	return evidence{span: s}
}

// namesOf lists the artists' names, with those of all matches in few pieces of memory.
func (a *assessor) namesOf(artists []acrcloud.Artist) []string {
	if cap(a.names)-len(a.names) < len(artists) {
		a.names = make([]string, 0, max(128, len(artists)))
	}
	first := len(a.names)
	a.names = appendNames(a.names, artists)
	if len(a.names) == first {
		return nil
	}
	return a.names[first:len(a.names):len(a.names)]
}

func namesOf(artists []acrcloud.Artist) []string { return appendNames(nil, artists) }

func appendNames(names []string, artists []acrcloud.Artist) []string {
	for _, a := range artists {
		if a.Name != "" {
			names = append(names, a.Name)
		}
	}
	return names
}

// scoreOf keeps a score within 0 to 100; NaN is no score.
func scoreOf(score float64, ok bool) (float64, bool) {
	if !ok || math.IsNaN(score) {
		return 0, false
	}
	return min(max(score, 0), 100), true
}

// finite replaces a number of seconds or a ratio that is not finite.
func finite(v float64) float64 {
	const most = 1e9
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -most), most)
}
