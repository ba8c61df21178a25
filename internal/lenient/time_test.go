package lenient_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

type event struct {
	At    time.Time `json:"at,omitzero"`
	After time.Time `json:"after,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"`
}

func TestTimes(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := map[string]time.Time{
		`"2024-01-02 03:04:05"`:                    at,
		`" 2024-01-02 03:04:05 "`:                  at,
		`"2024-01-02 03:04:05.678901"`:             at.Add(678901 * time.Microsecond),
		`"2024-01-02 03:04:05,5"`:                  at.Add(500 * time.Millisecond),
		`"2024-01-02 03:04:05.1234567899"`:         at.Add(123456789),
		`"2024-01-02 03:04:05.000"`:                at,
		`"2024-01-02 03:04:05Z"`:                   at,
		`"2024-01-02 03:04:05 UTC"`:                at,
		`"2024-01-02 03:04:05 gmt"`:                at,
		`"2024-01-02 05:04:05+0200"`:               at,
		`"2024-01-02 05:04:05 +02:00"`:             at,
		`"2024-01-02 05:04:05+02"`:                 at,
		`"2024-01-01 22:34:05-04:30"`:              at,
		`"2024-01-02T03:04:05Z"`:                   at,
		`"2024-01-02t03:04:05z"`:                   at,
		`"2024-01-02T03:04:05"`:                    at,
		`"2024-01-02T03:04:05.000000Z"`:            at,
		`"2024-01-02T05:04:05.5+02:00"`:            at.Add(500 * time.Millisecond),
		`"2024-01-02T03:04:05+0000"`:               at,
		`"2024-01-02 03:04"`:                       at.Add(-5 * time.Second),
		`"2024-01-02T03:04Z"`:                      at.Add(-5 * time.Second),
		`"2024-01-02T03:04+00:00"`:                 at.Add(-5 * time.Second),
		`"2024-01-02"`:                             time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC),
		`"Tue, 02 Jan 2024 05:04:05 +0200"`:        at,
		`"Tue, 02 Jan 2024 03:04:05 GMT"`:          at,
		`"Tue, 2 Jan 2024 03:04:05 GMT"`:           at,
		`"Tue, 02 Jan 24 05:04:05 +0200"`:          at, // RFC 822 and 1036
		`"Tuesday, 02-Jan-24 03:04:05 UTC"`:        at, // RFC 850
		`"Tuesday, 02-Jan-2024 03:04:05 GMT+0000"`: at, // of cookies
		`"Tuesday, 02-Jan-2024 05:04:05 +02:00"`:   at,
		`"Tue, 02 Jan 2024 03:04:05"`:              at,
		`"2024/01/02 03:04:05"`:                    at,
		`"2024/01/02"`:                             time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC),
		`"20240102T030405Z"`:                       at,
		`"20240102T050405+0200"`:                   at,
		`20240102030405.5`:                         at.Add(500 * time.Millisecond), // NOW(1) + 0
		`"20240102030405.678901"`:                  at.Add(678901 * time.Microsecond),
		`"20240102030405"`:                         at,
		`20240102030405`:                           at,
		`20240102`:                                 time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC),
		`1704164645`:                               at,
		`"1704164645"`:                             at,
		`1704164645.25`:                            at.Add(250 * time.Millisecond),
		`1704164645000`:                            at,
		`"1704164645678"`:                          at.Add(678 * time.Millisecond),
		`1704164645678.5`:                          at.Add(678*time.Millisecond + 500*time.Microsecond),
		`1704164645678901`:                         at.Add(678901 * time.Microsecond),
		`100000000`:                                time.Unix(100000000, 0).UTC(),
		`9999999999`:                               time.Unix(9999999999, 0).UTC(),
		`{"date":"2024-01-02 03:04:05.000000","timezone_type":3,"timezone":"UTC"}`:           at,
		`{"timezone":"+02:00","timezone_type":1,"date":"2024-01-02 05:04:05.500000"}`:        at.Add(500 * time.Millisecond),
		`{"date":"2024-01-02 03:04:05.000000"}`:                                              at,
		`{"d\u0061te":"2024-01-02 03:04:05","timezone_type":3,"timezone":"Etc\/GMT"}`:        at,
		`{"date":"2024-07-02 05:04:05.000000","timezone_type":3,"timezone":"Europe/Berlin"}`: time.Date(2024, 7, 2, 3, 4, 5, 0, time.UTC),
	}
	for in, want := range tests {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			var e event
			require.NoError(t, lenient.Unmarshal([]byte(`{"at":`+in+`,"after":"2000-01-01"}`), &e))
			assert.Equal(t, event{At: want, After: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}, e)
		})
	}
	for _, in := range []string{
		`null`, `""`, `" "`, `"0000-00-00 00:00:00"`, `"0000-00-00"`, `"0000-00-00 00:00:00.000000"`, `"0000-00-00T00:00:00Z"`, `0`, `"0"`,
		`"-0001-11-30T00:00:00.000000Z"`, `{"date":"-0001-11-30 00:00:00.000000","timezone_type":3,"timezone":"UTC"}`, `"0001-01-01T00:00:00Z"`,
	} {
		var e event
		require.NoError(t, lenient.Unmarshal([]byte(`{"at":`+in+`,"after":"2000-01-01"}`), &e))
		assert.True(t, e.At.IsZero() && e.Extra == nil && !e.After.IsZero(), "%s: %v", in, e)
	}
	// A wrong time is worse than none.
	for _, in := range []string{
		`true`, `[]`, `{}`, `"soon"`, `"-"`, `"2024"`, `2024`, `99999999`, `10000000000`, `-1704164645`, `"+1704164645"`, `1.7e9`, `"17041646450000000"`,
		`"1704164645."`, `"1704164645.x"`, `"2024-13-02"`, `"2024-02-30 00:00:00"`, `"2024-01-02 25:00:00"`, `"2024-01-02 03:04:05 PST"`, `"2024-01-02 03:04:05."`,
		`"2024-01-02 03:04:05.x"`, `"2024-01-02x03:04:05"`, `"2024-01-02 03:04:05 +1"`, `"2024-01-02 03:04:05+25:61"`, `"2024-01-02 03"`, `"02.01.2024"`,
		`"Tue, 02-Jan-2024"`, `"Tue, "`, `"Xxx, 02 Jan 2024 03:04:05 GMT"`, `"Tue, 02 Jan 2024 03:04:05 CET"`, `"20240102T0304"`, `"20241302030405.5"`, `"2024/13/02"`,
		`"` + strings.Repeat("1", 65) + `"`, `{"date":1}`, `{"timezone":"UTC"}`, `{"date":"2024-01-02","x":1}`, `{"date":"2024-01-02 00:00:00","timezone":"EST"}`,
		`{"date":"2024-01-02 00:00:00","timezone":"../../etc/passwd"}`, `{"date":"2024-01-02 00:00:00","timezone":"No/Where"}`,
		`{"date":"` + strings.Repeat("2024-01-02", 10) + `"}`, `{"date":"2024-01-02","timezone":1}`,
	} {
		var e event
		require.NoError(t, lenient.Unmarshal([]byte(`{"at":`+in+`,"after":"2000-01-01"}`), &e))
		assert.True(t, e.At.IsZero(), "%s: %v", in, e.At)
		assert.Equal(t, extra("at", in), e.Extra)
		assert.False(t, e.After.IsZero(), "%s: what comes after it is read", in)
	}
}

// FuzzTimes holds for every text: it is read as a time, as nothing, or kept; and a time reads back as itself.
func FuzzTimes(f *testing.F) {
	for _, seed := range []string{
		`"2024-01-02 03:04:05.5 +02:00"`, `1704164645.25`, `"0000-00-00"`, `{"date":"2024-01-02 03:04:05","timezone":"Europe/Berlin"}`, `"Tue, 02 Jan 2024 03:04:05 GMT"`,
		`"Tuesday, 02-Jan-24 03:04:05 GMT+0000"`, `"20240102T030405.5Z"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var first event
		if lenient.Unmarshal([]byte(`{"at":`+in+`}`), &first) != nil {
			return
		}
		encoded, err := lenient.MarshalJSON(&first)
		require.NoError(t, err)
		var second event
		require.NoError(t, lenient.Unmarshal(encoded, &second))
		require.Equal(t, first, second, "%s", encoded)
	})
}
