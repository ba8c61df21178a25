package report

import (
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A verdict is an assessment in words.
type verdict struct {
	Risk string // the word of filescan.Risk; a class of the page's style, too
	Word string // as a badge shows it
	Type string // of the evidence, in words; empty for none
	Lead string // all of it in a sentence
	Why  []why
}

// A why has all reasons of one rule.
type why struct {
	Rule, Name string
	Single     string   // the only reason
	First      []string // the first few of several
	Rest       []string // the others, folded
}

// shownReasons is how many reasons of a rule are shown unfolded.
const shownReasons = 3

// rulesInOrder begins with the most important rule.
var rulesInOrder = []string{
	"file.state", "file.unread", "music.extent", "music.exact", "cover.extent", "custom.exact", "ai.high", "music.altered", "music.similar", "cover", "custom", "ai.medium", "music.weak",
	"match.short", "match.allowed", "share.skipped",
}

// riskWords are the texts of badges.
var riskWords = map[filescan.Risk]string{
	filescan.RiskUnknown: "No verdict", filescan.RiskNone: "No risk found", filescan.RiskLow: "Low risk", filescan.RiskMedium: "Medium risk",
	filescan.RiskHigh: "High risk", filescan.RiskCritical: "Critical risk",
}

// risks are in the order of an overview.
var risks = []filescan.Risk{filescan.RiskCritical, filescan.RiskHigh, filescan.RiskMedium, filescan.RiskLow, filescan.RiskNone, filescan.RiskUnknown}

// typeWords are the kinds of evidence in words.
var typeWords = map[filescan.MatchType]string{
	filescan.MatchExact:       "the recording itself",
	filescan.MatchSimilar:     "similar to a recording",
	filescan.MatchCover:       "a cover of a composition",
	filescan.MatchCustom:      "audio of your own bucket",
	filescan.MatchAIGenerated: "AI-generated music",
}

// ruleWords are the rules in plain words.
var ruleWords = map[string]string{
	"file.state":    "No verdict",
	"file.unread":   "Not everything could be read",
	"music.extent":  "Much of a known recording",
	"music.exact":   "The recording itself",
	"music.similar": "Similar to a recording",
	"music.weak":    "Weak similarity",
	"music.altered": "Tempo or pitch altered",
	"cover.extent":  "Much of a cover",
	"cover":         "Cover",
	"custom.exact":  "Own file",
	"custom":        "Similar to an own file",
	"ai.high":       "Very probably AI-generated",
	"ai.medium":     "Probably AI-generated",
	"match.short":   "Too short to count",
	"match.allowed": "On the allow-list",
	"share.skipped": "Length not known",
}

func verdictOf(a *filescan.Assessment, duration float64) verdict {
	v := verdict{Risk: a.Risk.String(), Word: riskWords[a.Risk], Type: typeWords[a.MatchType]}
	if v.Type == "" && a.MatchType != filescan.MatchNone {
		v.Type = clean(string(a.MatchType))
	}
	v.Lead = lead(a, &v, duration)
	v.Why = whyOf(a.Reasons)
	return v
}

// whyOf groups reasons by rule.
func whyOf(reasons []filescan.Reason) []why {
	texts := map[string][]string{}
	order := slices.Clone(rulesInOrder)
	for i := range reasons {
		r := &reasons[i]
		if texts[r.Rule] == nil && !slices.Contains(order, r.Rule) {
			order = append(order, r.Rule) // newer than this list
		}
		texts[r.Rule] = append(texts[r.Rule], clean(r.Text))
	}
	list := make([]why, 0, len(texts))
	for _, rule := range order {
		w := why{Rule: rule, Name: ruleWords[rule]}
		switch found := texts[rule]; {
		case len(found) == 0:
			continue
		case len(found) == 1:
			w.Single = found[0]
		case len(found) <= shownReasons+1: // one more reason takes no more space than a fold
			w.First = found
		default:
			w.First, w.Rest = found[:shownReasons], found[shownReasons:]
		}
		list = append(list, w)
	}
	return list
}

// lead sums an assessment up.
func lead(a *filescan.Assessment, v *verdict, duration float64) string {
	var b strings.Builder
	switch a.Risk {
	case filescan.RiskUnknown:
		return "The scan has no reliable result for this file."
	case filescan.RiskNone:
		b.WriteString("Nothing relevant was found.")
	case filescan.RiskLow, filescan.RiskMedium, filescan.RiskHigh, filescan.RiskCritical:
		b.WriteString("The strongest evidence: " + v.Type + ", with a confidence of " + number(a.Confidence, 1) + " out of 100.")
	}
	if a.MatchedSeconds > 0 {
		b.WriteString(" " + number(a.MatchedSeconds, 1) + " s")
		if s := share(a.MatchedSeconds, duration); s != "" {
			b.WriteString(" of " + number(duration, 1) + " s (" + s + ")")
		}
		b.WriteString(" match what is known.")
	}
	return b.String()
}
