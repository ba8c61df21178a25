package endpoint_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

var rules = endpoint.Rules{Example: "example", Credentials: "credentials", PlainHTTP: "plain http"}

func TestParse(t *testing.T) {
	t.Parallel()
	withQuery, insecure := rules, rules
	withQuery.Query, insecure.Insecure = true, true
	const notAServer, query, credentials = endpoint.NotAServer, "has a query or fragment", "has a user name or password in it"
	tests := []struct {
		rules         endpoint.Rules
		text          string
		want, problem string
	}{
		{rules, "https://a.test", "https://a.test", ""},
		{rules, " https://a.test/x/\n", "https://a.test/x/", ""},
		{rules, "HTTPS://A.Test:443", "https://a.test", ""},
		{rules, "https://a.test:", "https://a.test", ""},
		{rules, "https://a.test:80", "https://a.test:80", ""},
		{rules, "https://a.test.", "https://a.test.", ""},
		{rules, "https://bücher.test", "https://b%C3%BCcher.test", ""},
		{rules, "https://a_b.test", "https://a_b.test", ""},
		{rules, "https://192.0.2.1:8443", "https://192.0.2.1:8443", ""},
		{rules, "https://[2001:db8::1]:443", "https://[2001:db8::1]", ""},
		{rules, "https://[fe80::1%25en0]:8443/x", "https://[fe80::1%25en0]:8443/x", ""},
		{rules, "http://127.0.0.1:80", "http://127.0.0.1", ""},
		{rules, "http://app.localhost:8080", "http://app.localhost:8080", ""},
		{rules, "https://a.test/%2f/x", "https://a.test/%2f/x", ""},
		{insecure, "http://a.test", "http://a.test", ""},
		{withQuery, "https://a.test/x/?a=b", "https://a.test/x/?a=b", ""},

		{rules, "", "", notAServer},
		{rules, "a.test", "", notAServer},
		{rules, "//a.test", "", notAServer},
		{rules, "/x", "", notAServer},
		{rules, "ftp://a.test", "", notAServer},
		{rules, "https:a.test", "", notAServer},
		{rules, "https://", "", notAServer},
		{rules, "https://:443", "", notAServer},
		{rules, "https://a b.test", "", notAServer},
		{rules, "https://a..test", "", notAServer},
		{rules, "https://.test", "", notAServer},
		{rules, "https://a.test..", "", notAServer},
		{rules, "https://a.test:0", "", notAServer},
		{rules, "https://a.test:65536", "", notAServer},
		{rules, "https://a.test:http", "", notAServer},
		{rules, "https://a.test:443:443", "", notAServer},
		{rules, "https://[::1", "", notAServer},
		{rules, "https://[::1%25a/b]", "", notAServer},
		{rules, "https://a!b.test", "", notAServer},
		{rules, "https://" + strings.Repeat("eyJhbGci", 10) + ".x.y", "", notAServer},
		{rules, "https://" + strings.Repeat("a.", 127) + "test", "", notAServer},
		{rules, "https://user@a.test", "", credentials},
		{rules, "https://:@a.test", "", credentials},
		{rules, "https://a.test?a=b", "", query},
		{rules, "https://a.test?", "", query},
		{rules, "https://a.test#", "", query},
		{rules, "https://a.test#x", "", query},
		{withQuery, "https://a.test?a=b#x", "", "has a fragment"},
		{withQuery, "https://a.test#", "", "has a fragment"},
		{rules, "http://a.test", "", "is plain http"},
		{rules, "http://localhost.test", "", "is plain http"},
		{rules, "http://notlocalhost", "", "is plain http"},
		{rules, "http://[::1%25lo]", "", "is plain http"},
		{withQuery, "http://0.0.0.0", "", "is plain http"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			u, err := tt.rules.Parse(tt.text)
			if tt.problem != "" {
				require.NotNil(t, err, "%v", u)
				assert.Equal(t, tt.problem, err.Problem)
				assert.NotEmpty(t, err.Remedy)
				assert.Nil(t, u)
				return
			}
			require.Nil(t, err)
			assert.Equal(t, tt.want, u.String())
		})
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "localhost.": true, "app.localhost": true, "a.b.localhost.": true,
		"127.0.0.1": true, "127.255.255.254": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, ".": false, "localhost.test": false, "mylocalhost": false, "127.0.0.1.test": false, "127.0.0.1.": false, "127.1": false,
		"0.0.0.0": false, "::": false, "::1%lo": false, "10.0.0.1": false, "fe80::1": false, "localhost..": false,
	} {
		assert.Equal(t, want, endpoint.IsLoopback(host), host)
	}
}

func TestIsRegion(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"eu-west-1": true, "cn-north-1": true, "x": true, "mars2": true, strings.Repeat("a", 59): true,
		"": false, "-eu": false, "eu-": false, "eu--west": false, "EU-west-1": false, "eu_west": false, "eu.west": false, "eu-west-1/x": false,
		"eu west": false, "évian": false, strings.Repeat("a", 60): false,
	} {
		assert.Equal(t, want, endpoint.IsRegion(name), name)
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	const main, european, american = "https://api-v2.acrcloud.com/api", "https://eu-api-v2.acrcloud.com/api", "https://us-api-v2.acrcloud.com/api"
	const region = "https://api-us-west-2.acrcloud.com/api"
	for base, want := range map[string]struct{ main, region, metadata string }{
		"":                                          {main, region, european},
		" \n":                                       {main, region, european}, //nolint:gocritic // white space is trimmed
		"https://api-v2.acrcloud.com":               {main, region, european},
		"https://API-V2.acrcloud.com./api/":         {main, region, european},
		"https://api-v2.acrcloud.com:443//":         {main, region, european},
		"https://api-eu-west-1.acrcloud.com":        {main, region, european},
		"https://api-mars-7.acrcloud.com/api":       {main, region, european},
		"https://eu-api-v2.acrcloud.com/":           {european, region, european},
		"https://us-api-v2.acrcloud.com/api":        {american, region, american},
		"https://cn-api-v2.acrcloud.cn":             {"https://cn-api-v2.acrcloud.cn/api", "", ""},
		"https://api-v2.acrcloud.com:8443":          {"https://api-v2.acrcloud.com:8443/api", "", ""},
		"https://api-v2.acrcloud.com/v2":            {"https://api-v2.acrcloud.com/v2/api", "", ""},
		"https://api-eu--west.acrcloud.com":         {"https://api-eu--west.acrcloud.com/api", "", ""},
		"https://api-v2.acrcloud.com.evil.test":     {"https://api-v2.acrcloud.com.evil.test/api", "", ""},
		"https://proxy.test/acr/":                   {"https://proxy.test/acr/api", "", ""},
		"https://proxy.test/a%2Fb/api":              {"https://proxy.test/a%2Fb/api", "", ""},
		"http://app.localhost:8080/api/":            {"http://app.localhost:8080/api", "", ""},
		"http://[::1]:8080":                         {"http://[::1]:8080/api", "", ""},
		"https://[fe80::1%25en0]":                   {"https://[fe80::1%25en0]/api", "", ""},
		"https://identify-eu-west-1.acrcloud.com":   {"https://identify-eu-west-1.acrcloud.com/api", "", ""},
		"https://api-eu-west-1.api-v2.acrcloud.com": {"https://api-eu-west-1.api-v2.acrcloud.com/api", "", ""},
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			c, err := endpoint.NewConsole(base, false)
			require.Nil(t, err)
			if want.region == "" { // it takes all calls
				want.region, want.metadata = want.main, want.main
			}
			assert.Equal(t, want.main, c.Main)
			assert.Equal(t, want.region, c.Region("us-west-2"))
			assert.Equal(t, want.metadata, c.Metadata())
			assert.Equal(t, want.region != want.main, c.Regional)
		})
	}
	_, err := endpoint.NewConsole("http://proxy.test", false)
	require.NotNil(t, err)
	assert.Contains(t, err.Remedy, "WithInsecureHTTP")
	c, err := endpoint.NewConsole("http://proxy.test", true)
	require.Nil(t, err)
	assert.Equal(t, "http://proxy.test/api", c.Main)
}

func TestMayStore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, target string
		want         bool
	}{
		{"", "https://store.test/x?sig=1", true},
		{"", "http://store.test/x", false},
		{"", "http://127.0.0.1/x", false},
		{"http://127.0.0.1:1", "http://127.0.0.1:2/x", true},
		{"http://127.0.0.1:1", "http://[::1]:2/x", true},
		{"http://app.localhost", "http://store.localhost/x", true},
		{"http://127.0.0.1:1", "http://store.test/x", false},
		{"http://127.0.0.1:1", "https://store.test/x", true},
		{"", "https://user@store.test/x", false},
		{"", "https://:443/x", false},
		{"", "https:store.test", false},
		{"", "ftp://store.test/x", false},
		{"", "/x", false},
	} {
		c, bad := endpoint.NewConsole(tt.base, false)
		require.Nil(t, bad)
		u, err := url.Parse(tt.target)
		require.NoError(t, err)
		assert.Equal(t, tt.want, c.MayStore(u), "%s from %s", tt.target, tt.base)
	}
}

// Whatever is accepted can be requested, means the same when it is read again, and is no plain http to another machine.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"https://api-v2.acrcloud.com", "http://[fe80::1%25en0]:8080/a?b#c", "http://app.localhost.", "https://a.test:443/%2f", "https://bücher.test", "http:///x", "https://u:p@h", "https://[::ffff:127.0.0.1]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		withQuery := rules
		withQuery.Query = true
		for _, r := range []endpoint.Rules{rules, withQuery} {
			u, bad := r.Parse(text)
			if bad != nil {
				if u != nil || bad.Problem == "" || bad.Remedy == "" {
					t.Fatalf("%v, %+v", u, bad)
				}
				continue
			}
			if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), http.NoBody); err != nil {
				t.Fatalf("%q cannot be requested: %v", u, err)
			}
			again, bad := r.Parse(u.String())
			if bad != nil || again.String() != u.String() {
				t.Fatalf("%q reads back as %v, %v", u, again, bad)
			}
			if u.User != nil || u.Scheme == "http" && !endpoint.IsLoopback(u.Hostname()) {
				t.Fatalf("%q was accepted", u)
			}
		}
		if c, bad := endpoint.NewConsole(text, false); bad == nil {
			if again, bad := endpoint.NewConsole(c.Main, false); bad != nil || again != c {
				t.Fatalf("%+v reads back as %+v, %v", c, again, bad)
			}
		}
	})
}
