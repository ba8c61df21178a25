package mock_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An exchange is a request and its answer, word for word. «name» stands for what an earlier answer was saved as; HEX for any 32 hexadecimal
// digits, and SECRET for 40.
type exchange struct {
	request string // method and path
	body    string
	status  int
	want    string // JSON; empty: an empty body; "...": not looked at
	as      string // what the id of the answer is saved as
}

var (
	secretDigits = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	hexDigits    = regexp.MustCompile(`\b[0-9a-f]{32}\b`)
)

// exchanges runs a list of them in a bubble, in which it is 2000-01-01 00:00:00 UTC.
func exchanges(t *testing.T, list []exchange, prepare func(w *wire, names map[string]string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		names := map[string]string{"uid": claims(t, w.srv.Config().BearerToken).Sub}
		if prepare != nil {
			prepare(w, names)
		}
		w.exchange(names, list)
	})
}

// exchange runs a list of them.
func (w *wire) exchange(names map[string]string, list []exchange) {
	w.t.Helper()
	fill := func(text string) string {
		for name, value := range names {
			text = strings.ReplaceAll(text, "«"+name+"»", value)
		}
		return text
	}
	for _, e := range list {
		method, path, _ := strings.Cut(fill(e.request), " ")
		var body any
		if e.body != "" {
			body = fill(e.body)
		}
		r := w.send(method, mainHost+path, body)
		require.Equal(w.t, e.status, r.status, "%s %s: %s", e.request, e.body, r.body)
		got := hexDigits.ReplaceAllString(secretDigits.ReplaceAllString(string(r.body), "SECRET"), "HEX")
		if e.as != "" {
			names[e.as] = idOf(w.t, r.body)
		}
		switch e.want {
		case "...":
		case "":
			assert.Empty(w.t, got, e.request)
		default:
			assert.JSONEq(w.t, fill(e.want), got, e.request)
		}
	}
}

// idOf is the id in an answer, of the first row if it is a list.
func idOf(tb testing.TB, body []byte) string {
	tb.Helper()
	type item struct {
		ID       any    `json:"id"`
		StreamID string `json:"stream_id"`
	}
	var one struct{ Data item }
	if json.Unmarshal(body, &one) != nil {
		var many struct{ Data []item }
		require.NoError(tb, json.Unmarshal(body, &many), "%s", body)
		require.NotEmpty(tb, many.Data, "%s", body)
		one.Data = many.Data[0]
	}
	if one.Data.StreamID != "" {
		return one.Data.StreamID
	}
	if n, ok := one.Data.ID.(float64); ok {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprint(one.Data.ID)
}

// page is the envelope of a list with one page, asked for by a query.
func page(path, rows string, total int, perPage string) string {
	from := "1"
	if total == 0 {
		from = "null"
	}
	to := strconv.Itoa(total)
	if total == 0 {
		to = "null"
	}
	url := mainHost + path // in which names are not filled in yet
	return fmt.Sprintf(`{"data":%s,"links":{"first":"%s?page=1","last":"%s?page=1","prev":null,"next":null},`+
		`"meta":{"current_page":1,"from":%s,"last_page":1,"path":"%s","per_page":%s,"to":%s,"total":%d}}`, rows, url, url, from, url, perPage, to, total)
}
