package console_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

const (
	bucketJSON        = `{"id":7,"uid":1,"name":"masters","type":"File","state":1,"region":"eu-west-1","net_type":1,"num":3,"size":"300000","labels":["Music"]}`
	fileJSON          = `{"id":20,"uid":1,"bucket_id":7,"acr_id":"` + acrid + `","state":0,"title":"Night","audio_id":"","duration":"78.5","user_defined":{"artist":"A"}}`
	channelJSON       = `{"id":8,"uid":1,"bucket_id":7,"state":0,"title":"Radio One","url":"udp://192.0.2.1","user_defined":{"city":"Bern"},"timeshift":0}`
	dedupJSON         = `{"dup_files":["123"],"acr_id":"` + acrid + `","do_db":false}`
	projectJSON       = `{"id":15,"name":"app","service_type":"AVR","region":"eu-west-1","access_key":"key","access_secret":"pass","buckets":[{"id":23,"name":"ACRCloud Music"}]}`
	streamProjectJSON = `{"id":9,"name":"radio","type":"BM-ACRC","region":"eu-west-1","result_callback_send_type":"2","result_callback_send_noresult":"0"}`
	streamJSON        = `{"stream_id":"s-1","mcp_id":9,"name":"Radio One","state":"Running","code":0,"user_defined":null}`
	bdProjectJSON     = `{"id":179,"name":"db","type":"BM-Database","region":"eu-west-1"}`
	bdChannelJSON     = `{"id":100251,"project_id":179,"name":"Radio One","user_defined":[],"province":null}`
	ucfProjectJSON    = `{"id":3,"name":"unknown","region":"eu-west-1","type":"BM","config":{"days":3,"min_ms":5000,"max_ms":300000}}`
	ucfStreamJSON     = `{"id":79,"pid":3,"bm_stream_id":191149,"bm_project_id":179,"from":"BM-DATABASE"}`
	ucfResultJSON     = `{"id":340335,"acr_id":"` + acrid + `","status":0,"label":2,"num":3,"duration_ms":131460,"metadata":null,"operators":[]}`
	histProjectJSON   = `{"id":1,"name":"2025","project_type":"radio","total_resutls":4}`
	billJSON          = `{"id":9,"uid":1,"charge_type":"Monthly","amount":"12.50","credit":0,"state":0}`
	stateJSON         = `{"data":{"total_time":7200,"valid_time":7000,"timeoffset":0,"state_list":[{"code":12,"start":"2026-01-02 01:56:40","end":"2026-01-02 02:00:00","duration":200}]}}`
	analyticsJSON     = `{"data":{"id":"1","project_id":9,"stats_type":"date","result_type":"music","results":[{"date":"2026-01-01","play_time":130057,"plays":1130,"rank":1}]}}`
	reportJSON        = `{"data":{"id":984590,"result":{"title":"Spot","artists":"A","result_type":"custom","from":"api-report"}}}`
	emptyJSON         = `{"data":[]}`
)

// data puts a thing into the envelope.
func data(thing string) string { return `{"data":` + thing + `}` }

var day = console.Date{Year: 2026, Month: time.January, Day: 2}

// callbackURL carries a secret, which must not show anywhere.
var callbackURL = acrcloud.NewSecret("https://example.org/bm?key=hushhush")

// first returns what an iterator yields first, for the table of calls.
func first[T any](seq func(func(*T, error) bool)) (*T, error) {
	for v, err := range seq {
		return v, err
	}
	return nil, nil //nolint:nilnil // nothing is in it
}

// Every call of the API, as it is sent: one of each row of the reference.
func TestCalls(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 1, 2, 12, 13, 14, 0, time.FixedZone("", 8*3600))
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	type ctx = context.Context
	tests := map[string]struct {
		call   func(ctx ctx, c *console.Client) (any, error)
		line   string
		query  string
		body   string
		answer string
	}{
		"Buckets.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Buckets().List(ctx, &console.ListBucketsOptions{Page: 2, PerPage: 5, Region: acrcloud.EUWest1, Type: console.FileBucket, Search: "m"})
			}, "GET /buckets", "page=2&per_page=5&region=eu-west-1&search=m&type=File", "", pageOf(bucketJSON),
		},
		"Buckets.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.Buckets().All(ctx, nil)) }, "GET /buckets", "page=1&per_page=100", "", pageOf(bucketJSON)},
		"Buckets.Get": {func(ctx ctx, c *console.Client) (any, error) { return c.Buckets().Get(ctx, 7) }, "GET /buckets/7", "", "", data(bucketJSON)},
		"Buckets.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Buckets().Create(ctx, console.CreateBucketRequest{Name: "masters", Type: console.FileBucket, Region: acrcloud.EUWest1, Labels: []string{"Music"}, MetadataTemplate: "isrc"})
			}, "POST /buckets", "", `{"name":"masters","type":"File","region":"eu-west-1","net_type":1,"labels":["Music"],"metadata_template":"isrc"}`, data(bucketJSON),
		},
		"Buckets.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Buckets().Update(ctx, 7, console.UpdateBucketRequest{Name: new("n"), Labels: []string{}})
			}, "PUT /buckets/7", "", `{"name":"n","labels":[]}`, data(bucketJSON),
		},
		"Buckets.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.Buckets().Delete(ctx, 7) }, "DELETE /buckets/7", "", "", ""},

		"BucketFiles.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.BucketFiles(7).List(ctx, &console.ListBucketFilesOptions{Search: "n", Sort: "status", Order: "desc", State: new(console.FileError)})
			}, "GET /buckets/7/files", "order=desc&page=1&per_page=20&search=n&sort=status&state=-1", "", pageOf(fileJSON),
		},
		"BucketFiles.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.BucketFiles(7).All(ctx, nil)) }, "GET /buckets/7/files", "page=1&per_page=100", "", pageOf(fileJSON)},
		"BucketFiles.Get": {func(ctx ctx, c *console.Client) (any, error) { return c.BucketFiles(7).Get(ctx, 20) }, "GET /buckets/7/files/20", "", "", data("[" + fileJSON + "]")},
		"BucketFiles.GetByACRID": {
			func(ctx ctx, c *console.Client) (any, error) { return c.BucketFiles(7).GetByACRID(ctx, acrid) }, "GET /buckets/7/files/" + acrid, "", "", data(fileJSON),
		},
		"BucketFiles.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.BucketFiles(7).Update(ctx, 20, console.UpdateBucketFileRequest{Title: new("n"), UserDefined: map[string]any{"isrc": "X"}})
			}, "PUT /buckets/7/files/20", "", `{"title":"n","user_defined":{"isrc":"X"}}`, data(fileJSON),
		},
		"BucketFiles.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.BucketFiles(7).Delete(ctx, 20, 21) }, "DELETE /buckets/7/files/20,21", "", "", ""},
		"BucketFiles.Move":   {func(ctx ctx, c *console.Client) (any, error) { return 1, c.BucketFiles(7).Move(ctx, 8, 20, 13) }, "PUT /buckets/8/files/20,13/move", "", "", ""},
		"BucketFiles.Dump":   {func(ctx ctx, c *console.Client) (any, error) { return c.BucketFiles(7).Dump(ctx) }, "GET /buckets/7/files/dump", "", "", `{"url":"x"}`},
		"BucketFiles.Import of a URL": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.BucketFiles(7).Import(ctx, console.AudioURL("https://a.test/b.mp3?sig=1"), &console.ImportOptions{UserDefined: map[string]any{"a": 1}})
			}, "POST /buckets/7/files", "", `{"data_type":"audio_url","url":"https://a.test/b.mp3?sig=1","user_defined":{"a":1}}`, data(fileJSON),
		},
		"BucketFiles.Import of an ACRID": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.BucketFiles(7).Import(ctx, console.CatalogueACRID(acrid), nil)
			},
			"POST /buckets/7/files", "", `{"data_type":"acrid","acrid":"` + acrid + `"}`, data(fileJSON),
		},

		"LiveChannels.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.LiveChannels(7).List(ctx, &console.ListLiveChannelsOptions{Search: "r", Sort: "id", Order: "asc"})
			}, "GET /buckets/7/channels", "order=asc&page=1&per_page=20&search=r&sort=id", "", pageOf(channelJSON),
		},
		"LiveChannels.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.LiveChannels(7).All(ctx, nil)) }, "GET /buckets/7/channels", "page=1&per_page=100", "", pageOf(channelJSON)},
		"LiveChannels.Get": {func(ctx ctx, c *console.Client) (any, error) { return c.LiveChannels(7).Get(ctx, 8) }, "GET /buckets/7/channels/8", "", "", data(channelJSON)},
		"LiveChannels.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.LiveChannels(7).Create(ctx, console.LiveChannelRequest{Title: "t", URL: "udp://192.0.2.1", Timeshift: new(true), UserDefined: map[string]any{"city": "Bern"}})
			}, "POST /buckets/7/channels", "", `{"title":"t","url":"udp://192.0.2.1","timeshift":1,"user_defined":{"city":"Bern"}}`, data(channelJSON),
		},
		"LiveChannels.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.LiveChannels(7).Update(ctx, 8, console.LiveChannelRequest{Timeshift: new(false)})
			},
			"PUT /buckets/7/channels/8", "", `{"timeshift":0}`, data(channelJSON),
		},
		"LiveChannels.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.LiveChannels(7).Delete(ctx, 8) }, "DELETE /buckets/7/channels/8", "", "", ""},
		"LiveChannels.AddRecorded": {
			func(ctx ctx, c *console.Client) (any, error) { return 1, c.LiveChannels(7).AddRecorded(ctx, 1, 2) }, "POST /buckets/7/rec-channels", "", `{"ids":"1,2"}`, "",
		},
		"LiveChannels.DeleteRecorded": {
			func(ctx ctx, c *console.Client) (any, error) { return 1, c.LiveChannels(7).DeleteRecorded(ctx, 1, 2) }, "DELETE /buckets/7/rec-channels/1,2", "", "", "",
		},

		"DedupFiles.List": {func(ctx ctx, c *console.Client) (any, error) { return c.DedupFiles(7).List(ctx, 0, 0) }, "GET /buckets/7/dedup-files", "page=1&per_page=20", "", pageOf(dedupJSON)},
		"DedupFiles.All":  {func(ctx ctx, c *console.Client) (any, error) { return first(c.DedupFiles(7).All(ctx)) }, "GET /buckets/7/dedup-files", "page=1&per_page=100", "", pageOf(dedupJSON)},
		"DedupFiles.Get":  {func(ctx ctx, c *console.Client) (any, error) { return c.DedupFiles(7).Get(ctx, "123") }, "GET /buckets/7/dedup-files/123", "", "", data(dedupJSON)},
		"DedupFiles.Delete": {
			func(ctx ctx, c *console.Client) (any, error) { return 1, c.DedupFiles(7).Delete(ctx, acrid) }, "DELETE /buckets/7/dedup-files/" + acrid, "", "", "",
		},

		"Projects.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Projects().List(ctx, &console.ListProjectsOptions{Region: acrcloud.EUWest1, Type: console.AudioVideoRecognition})
			}, "GET /base-projects", "page=1&per_page=20&region=eu-west-1&type=AVR", "", pageOf(projectJSON),
		},
		"Projects.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.Projects().All(ctx, nil)) }, "GET /base-projects", "page=1&per_page=100", "", pageOf(projectJSON)},
		"Projects.Get": {func(ctx ctx, c *console.Client) (any, error) { return c.Projects().Get(ctx, 15) }, "GET /base-projects/15", "", "", data(projectJSON)},
		"Projects.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Projects().Create(ctx, console.CreateProjectRequest{Name: "app", Region: acrcloud.EUWest1, Type: console.AudioVideoRecognition, Buckets: []int{console.ACRCloudMusic}, ExternalIDs: []string{"isrc"}})
			}, "POST /base-projects", "", `{"name":"app","region":"eu-west-1","type":"AVR","buckets":[23],"audio_type":"linein","external_ids":["isrc"]}`, data(projectJSON),
		},
		"Projects.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Projects().Update(ctx, 15, console.UpdateProjectRequest{Buckets: []int{7, 23}, AudioType: new(console.Recorded)})
			}, "PUT /base-projects/15", "", `{"buckets":[7,23],"audio_type":"recorded"}`, data(projectJSON),
		},
		"Projects.Delete":       {func(ctx ctx, c *console.Client) (any, error) { return 1, c.Projects().Delete(ctx, 15) }, "DELETE /base-projects/15", "", "", ""},
		"Projects.BucketStatus": {func(ctx ctx, c *console.Client) (any, error) { return c.Projects().BucketStatus(ctx, 15) }, "GET /base-projects/15/bucket-status", "", "", `[]`},
		"Projects.Statistics": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Projects().Statistics(ctx, 15, console.DateRange{From: day})
			},
			"GET /base-projects/15/statistics", "end_date=2026-01-02&start_date=2026-01-02", "", `{"x":1}`,
		},
		"Projects.DayUsage": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Projects().DayUsage(ctx, 15, console.DateRange{From: day, To: day.AddDays(1)})
			}, "GET /base-projects/15/day-stat", "end=2026-01-03&start=2026-01-02", "", `[{"date":"2026-01-02","result":120,"noresult":40,"error":1}]`,
		},

		"StreamProjects.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.StreamProjects().List(ctx, &console.ListStreamProjectsOptions{Region: acrcloud.EUWest1, Type: console.Hosted})
			}, "GET /bm-cs-projects", "page=1&per_page=20&region=eu-west-1&types=BM-ACRC", "", pageOf(streamProjectJSON),
		},
		"StreamProjects.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.StreamProjects().All(ctx, nil)) }, "GET /bm-cs-projects", "page=1&per_page=100", "", pageOf(streamProjectJSON)},
		"StreamProjects.Get": {func(ctx ctx, c *console.Client) (any, error) { return c.StreamProjects().Get(ctx, 9) }, "GET /bm-cs-projects/9", "", "", data(streamProjectJSON)},
		"StreamProjects.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.StreamProjects().Create(ctx, console.CreateStreamProjectRequest{Name: "radio", Region: acrcloud.EUWest1, Buckets: []int{23}, ExternalIDs: []string{"isrc"}, MetadataTemplate: "City"})
			}, "POST /bm-cs-projects", "", `{"name":"radio","region":"eu-west-1","buckets":[23],"type":"BM-ACRC","external_ids":["isrc"],"metadata_template":"City"}`, data(streamProjectJSON),
		},
		"StreamProjects.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.StreamProjects().Update(ctx, 9, console.UpdateStreamProjectRequest{Name: new("n"), ExternalIDs: []string{"upc"}})
			}, "PUT /bm-cs-projects/9", "", `{"name":"n","external_ids":["upc"]}`, data(streamProjectJSON),
		},
		"StreamProjects.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.StreamProjects().Delete(ctx, 9) }, "DELETE /bm-cs-projects/9", "", "", ""},
		"StreamProjects.SetResultCallback": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.StreamProjects().SetResultCallback(ctx, 9, callbackURL)
			},
			"POST /bm-cs-projects/9/result-callback", "", `{"result_callback_url":"https://example.org/bm?key=hushhush"}`, "",
		},
		"StreamProjects.SetStateNotification": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.StreamProjects().SetStateNotification(ctx, 9, console.StateNotification{Email: "ops@example.org", Frequency: console.EmailLow, URL: callbackURL})
			}, "POST /bm-cs-projects/9/state-notification", "",
			`{"state_notification_email":"ops@example.org","state_notification_email_frequency":1,"state_notification_url":"https://example.org/bm?key=hushhush"}`, "",
		},

		"Streams.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).List(ctx, &console.ListStreamsOptions{State: "Running", Search: "r", Timemap: new(false), Sort: "name", Order: "asc"})
			}, "GET /bm-cs-projects/9/streams", "order=asc&page=1&per_page=20&search_value=r&sort=name&state=Running&timemap=0", "", pageOf(streamJSON),
		},
		"Streams.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.Streams(9).All(ctx, nil)) }, "GET /bm-cs-projects/9/streams", "page=1&per_page=100", "", pageOf(streamJSON)},
		"Streams.Add": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Add(ctx, console.AddStreamRequest{URLs: []string{"http://a.test/r"}, Name: "r", ConfigID: console.DefaultStreamConfig, UserDefined: map[string]any{"a": "b"}})
			}, "POST /bm-cs-projects/9/streams", "", `{"stream_urls":["http://a.test/r"],"name":"r","config_id":1,"user_defined":"{\"a\":\"b\"}"}`, data(streamJSON),
		},
		"Streams.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.Streams(9).Update(ctx, "s-1", console.UpdateStreamRequest{Name: new("n"), ConfigID: new(2), UserDefined: map[string]any{"a": "b"}})
			}, "PUT /bm-cs-projects/9/streams/s-1", "", `{"name":"n","config_id":2,"user_defined":{"a":"b"}}`, "",
		},
		"Streams.Delete":  {func(ctx ctx, c *console.Client) (any, error) { return 1, c.Streams(9).Delete(ctx, "s-1", "s-2") }, "DELETE /bm-cs-projects/9/streams/s-1,s-2", "", "", ""},
		"Streams.Pause":   {func(ctx ctx, c *console.Client) (any, error) { return 1, c.Streams(9).Pause(ctx, "s-1", "s-2") }, "PUT /bm-cs-projects/9/streams/s-1,s-2/pause", "", "", ""},
		"Streams.Restart": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.Streams(9).Restart(ctx, "s-1") }, "PUT /bm-cs-projects/9/streams/s-1/restart", "", "", ""},
		"Streams.Day": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Day(ctx, "s-1", day, console.PlayFilter{MinDuration: 1500 * time.Millisecond, MaxDuration: time.Minute, ISRCCountry: "DE", WithFalsePositives: true})
			}, "GET /bm-cs-projects/9/streams/s-1/results", "date=20260102&isrc_country=DE&max_duration=60&min_duration=2&type=day&with_false_positive=1", "", emptyJSON,
		},
		"Streams.Last": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Last(ctx, "s-1", console.PlayFilter{})
			},
			"GET /bm-cs-projects/9/streams/s-1/results", "type=last", "", emptyJSON,
		},
		"Streams.Days": {
			func(ctx ctx, c *console.Client) (any, error) {
				return first(c.Streams(9).Days(ctx, "s-1", console.PlaysOptions{Days: console.DateRange{From: day}}))
			}, "GET /bm-cs-projects/9/streams/s-1/results", "date=20260102&type=day", "", emptyJSON,
		},
		"Streams.Unknown": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Unknown(ctx, "s-1", day, console.PlayFilter{MinDuration: time.Second})
			},
			"GET /bm-cs-projects/9/streams/s-1/unknown_results", "date=20260102&min_duration=1", "", emptyJSON,
		},
		"Streams.State": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).State(ctx, "s-1", &console.StateOptions{Days: console.DateRange{From: day}, TimeOffset: console.TimeOffsetOf(started)})
			}, "GET /bm-cs-projects/9/streams/s-1/state", "end_date=20260102&start_date=20260102&timeoffset=-480", "", stateJSON,
		},
		"Streams.Recording": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Recording(ctx, "s-1", console.RecordingRequest{Start: started, Duration: 30 * time.Second, Before: time.Second, After: 2 * time.Second}, io.Discard)
			}, "GET /bm-cs-projects/9/streams/s-1/recordings", "played_duration=30&record_after=2&record_before=1&timestamp_utc=20260102041314", "", "",
		},
		"Streams.Analytics": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Analytics(ctx, console.AnalyticsQuery{By: console.ByDate, Result: console.PlayMusic})
			}, "GET /bm-cs-projects/9/analytics/results", "result_type=music&stats_type=date", "", analyticsJSON,
		},
		"Streams.Report": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Streams(9).Report(ctx, "s-1", console.UserReport{Title: "Spot", Start: started, End: started.UTC().Add(30 * time.Second), UserDefined: map[string]any{"artists": "A"}})
			}, "POST /bm-cs-projects/9/streams/s-1/user-reports", "",
			`{"data":[{"from":"api","title":"Spot","timeoffset":-480,"start_timestamp":"2026-01-02 12:13:14","end_timestamp":"2026-01-02 12:13:44","user_defined":{"artists":"A"}}]}`, reportJSON,
		},
		"Streams.Report while clocks change": {
			func(ctx ctx, c *console.Client) (any, error) {
				start := time.Date(2026, 10, 25, 0, 58, 0, 0, time.UTC).In(berlin)
				return c.Streams(9).Report(ctx, "s-1", console.UserReport{Title: "Spot", Start: start, End: start.Add(5 * time.Minute)})
			}, "POST /bm-cs-projects/9/streams/s-1/user-reports", "",
			`{"data":[{"from":"api","title":"Spot","timeoffset":-120,"start_timestamp":"2026-10-25 02:58:00","end_timestamp":"2026-10-25 03:03:00"}]}`, reportJSON,
		},

		"ChannelProjects.List": {
			func(ctx ctx, c *console.Client) (any, error) { return c.ChannelProjects().List(ctx, acrcloud.EUWest1) }, "GET /bm-bd-projects", "region=eu-west-1", "", data("[" + bdProjectJSON + "]"),
		},
		"ChannelProjects.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.ChannelProjects().Create(ctx, console.CreateChannelProjectRequest{Name: "db", Region: acrcloud.EUWest1, Buckets: []int{23}})
			}, "POST /bm-bd-projects", "", `{"name":"db","region":"eu-west-1","buckets":[23]}`, data(bdProjectJSON),
		},
		"ChannelProjects.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.ChannelProjects().Update(ctx, 179, console.UpdateChannelProjectRequest{Buckets: []int{23}})
			}, "PUT /bm-bd-projects/179", "", `{"buckets":[23]}`, "",
		},
		"ChannelProjects.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.ChannelProjects().Delete(ctx, 179) }, "DELETE /bm-bd-projects/179", "", "", ""},
		"ChannelProjects.SetResultCallback": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.ChannelProjects().SetResultCallback(ctx, 179, console.ChannelResultCallback{URL: callbackURL, Delayed: true})
			}, "POST /bm-bd-projects/179/result-callback", "",
			`{"result_callback_url":"https://example.org/bm?key=hushhush","result_callback_send_noresult":0,"result_callback_result_type":1}`, "",
		},
		"ChannelProjects.SetStateCallback": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.ChannelProjects().SetStateCallback(ctx, 179, callbackURL)
			},
			"POST /bm-bd-projects/179/state-notification", "", `{"state_callback_url":"https://example.org/bm?key=hushhush"}`, "",
		},

		"Channels.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).List(ctx, &console.ListChannelsOptions{State: "All", Timemap: new(true), SearchBy: console.SearchCity, Search: "Bern"})
			}, "GET /bm-bd-projects/179/channels", "page=1&search_type=city&search_value=Bern&state=All&timemap=1", "", pageOf(bdChannelJSON),
		},
		"Channels.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.Channels(179).All(ctx, nil)) }, "GET /bm-bd-projects/179/channels", "page=1", "", pageOf(bdChannelJSON)},
		"Channels.Add": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.Channels(179).Add(ctx, 238766, 238767) }, "POST /bm-bd-projects/179/channels", "", `{"channels":[238766,238767]}`, ""},
		"Channels.Delete": {
			func(ctx ctx, c *console.Client) (any, error) { return 1, c.Channels(179).Delete(ctx, 1, 2) }, "DELETE /bm-bd-projects/179/channels/1,2", "", "", "",
		},
		"Channels.SetCustomID": {
			func(ctx ctx, c *console.Client) (any, error) { return 1, c.Channels(179).SetCustomID(ctx, 1, "a b") },
			"POST /bm-bd-projects/179/channels/1/user-defined", "custom_id=a+b", "", "",
		},
		"Channels.Day": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).Day(ctx, 1, day, console.PlayFilter{})
			},
			"GET /bm-bd-projects/179/channels/1/results", "date=20260102&type=day", "", emptyJSON,
		},
		"Channels.Last": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).Last(ctx, 1, console.PlayFilter{})
			},
			"GET /bm-bd-projects/179/channels/1/results", "type=last", "", emptyJSON,
		},
		"Channels.Days": {
			func(ctx ctx, c *console.Client) (any, error) {
				return first(c.Channels(179).Days(ctx, 1, console.PlaysOptions{Days: console.DateRange{From: day}}))
			}, "GET /bm-bd-projects/179/channels/1/results", "date=20260102&type=day", "", emptyJSON,
		},
		"Channels.Realtime": {func(ctx ctx, c *console.Client) (any, error) { return c.Channels(179).Realtime(ctx, 1) }, "GET /bm-bd-projects/179/channels/1/realtime_results", "", "", emptyJSON},
		"Channels.Unknown": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).Unknown(ctx, 1, day, console.PlayFilter{})
			},
			"GET /bm-bd-projects/179/channels/1/unknown_results", "date=20260102", "", emptyJSON,
		},
		"Channels.State": {func(ctx ctx, c *console.Client) (any, error) { return c.Channels(179).State(ctx, 1, nil) }, "GET /bm-bd-projects/179/channels/1/state", "", "", stateJSON},
		"Channels.Recording": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).Recording(ctx, 1, console.RecordingRequest{Start: started, Duration: time.Second}, io.Discard)
			}, "GET /bm-bd-projects/179/channels/1/recordings", "played_duration=1&timestamp_utc=20260102041314", "", "",
		},
		"Channels.Analytics": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).Analytics(ctx, console.AnalyticsQuery{By: console.ByChannel, Result: console.PlayCustom})
			}, "GET /bm-bd-projects/179/analytics/results", "result_type=custom&stats_type=channel", "", analyticsJSON,
		},
		"Channels.Report": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Channels(179).Report(ctx, 1, console.UserReport{Title: "Spot", Start: started.UTC(), End: started.UTC().Add(time.Second)})
			}, "POST /bm-bd-projects/179/channels/1/user-reports", "",
			`{"data":[{"from":"api","title":"Spot","timeoffset":0,"start_timestamp":"2026-01-02 04:13:14","end_timestamp":"2026-01-02 04:13:15"}]}`, reportJSON,
		},

		"HistoricalProjects.List": {func(ctx ctx, c *console.Client) (any, error) { return c.HistoricalProjects().List(ctx, 0, 0) }, "GET /bm-hist-projects", "page=1&per_page=20", "", pageOf(histProjectJSON)},
		"HistoricalProjects.All":  {func(ctx ctx, c *console.Client) (any, error) { return first(c.HistoricalProjects().All(ctx)) }, "GET /bm-hist-projects", "page=1&per_page=100", "", pageOf(histProjectJSON)},
		"HistoricalProjects.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.HistoricalProjects().Create(ctx, console.CreateHistoricalProjectRequest{Name: "2025", Region: acrcloud.EUWest1, Type: console.Radio, Stations: []int{100251}})
			}, "POST /bm-hist-projects", "", `{"name":"2025","region":"eu-west-1","project_type":"radio","stations":[100251]}`, data(histProjectJSON),
		},
		"HistoricalProjects.Day": {
			func(ctx ctx, c *console.Client) (any, error) { return c.HistoricalProjects().Day(ctx, 1, 2, day) }, "GET /bm-hist-projects/1/channels/2/results", "date=20260102", "", emptyJSON,
		},

		"UnknownContent.List": {func(ctx ctx, c *console.Client) (any, error) { return c.UnknownContent().List(ctx, "") }, "GET /ucf-projects", "", "", data("[" + ucfProjectJSON + "]")},
		"UnknownContent.Create": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.UnknownContent().Create(ctx, console.CreateUnknownProjectRequest{Name: "unknown", Region: acrcloud.EUWest1, Type: console.UnknownOfStreams, Config: console.UnknownConfig{Days: 3, MinMS: 5000, MaxMS: 300000}})
			}, "POST /ucf-projects", "", `{"name":"unknown","region":"eu-west-1","type":"BM","config":{"days":3,"min_ms":5000,"max_ms":300000}}`, data(ucfProjectJSON),
		},
		"UnknownContent.Update": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.UnknownContent().Update(ctx, 3, console.UpdateUnknownProjectRequest{Name: new("n"), Config: &console.UnknownConfig{Days: 4}})
			}, "PUT /ucf-projects/3", "", `{"name":"n","config":{"days":4}}`, "",
		},
		"UnknownContent.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.UnknownContent().Delete(ctx, 3) }, "DELETE /ucf-projects/3", "", "", ""},
		"UnknownStreams.List":   {func(ctx ctx, c *console.Client) (any, error) { return c.UnknownStreams(3).List(ctx, 2, 0) }, "GET /ucf-projects/3/streams", "page=2&per_page=20", "", pageOf(ucfStreamJSON)},
		"UnknownStreams.All":    {func(ctx ctx, c *console.Client) (any, error) { return first(c.UnknownStreams(3).All(ctx)) }, "GET /ucf-projects/3/streams", "page=1&per_page=100", "", pageOf(ucfStreamJSON)},
		"UnknownStreams.Add": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.UnknownStreams(3).Add(ctx, console.FromChannels, 179, "191149")
			},
			"POST /ucf-projects/3/streams", "", `{"bm_stream_ids":["191149"],"from":"BM-DATABASE","bm_project_id":179}`, data("[" + ucfStreamJSON + "]"),
		},
		"UnknownStreams.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.UnknownStreams(3).Delete(ctx, 79, 80) }, "DELETE /ucf-projects/3/streams/79,80", "", "", ""},
		"UnknownResults.List": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.UnknownResults(3).List(ctx, &console.ListUnknownResultsOptions{
					Days: console.DateRange{From: day}, Sort: "num", Order: "desc", Status: new(console.UnknownPending), Label: new(console.LabelSpeech), LabelText: "x",
					Min: 2 * time.Second, Max: time.Minute, StreamIDs: []string{"1", "2"}, ID: "5",
				})
			}, "GET /ucf-projects/3/results",
			"begin_date=2026-01-02&end_date=2026-01-02&label=2&label_value=x&max=60&min=2&order=desc&page=1&per_page=20&sortby=num&status=0&streams=1%2C2&ucf_id=5", "", pageOf(ucfResultJSON),
		},
		"UnknownResults.All": {func(ctx ctx, c *console.Client) (any, error) { return first(c.UnknownResults(3).All(ctx, nil)) }, "GET /ucf-projects/3/results", "page=1&per_page=100", "", pageOf(ucfResultJSON)},
		"UnknownResults.Get": {func(ctx ctx, c *console.Client) (any, error) { return c.UnknownResults(3).Get(ctx, acrid) }, "GET /ucf-projects/3/results/" + acrid, "", "", data(ucfResultJSON)},
		"UnknownResults.Details": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.UnknownResults(3).Details(ctx, 5, console.DateRange{From: day}, 2, 0)
			},
			"GET /ucf-projects/3/results/5/details", "begin_date=2026-01-02&end_date=2026-01-02&page=2&per_page=20", "", emptyJSON,
		},
		"UnknownResults.Record": {func(ctx ctx, c *console.Client) (any, error) {
			return c.UnknownResults(3).Record(ctx, 5, 20*time.Second)
		}, "GET /ucf-projects/3/results/5/record", "extend=20", "", `{"url":"x"}`},
		"UnknownResults.Delete": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.UnknownResults(3).Delete(ctx, 5) }, "DELETE /ucf-projects/3/results/5", "reserved=0", "", ""},
		"UnknownResults.Ignore": {func(ctx ctx, c *console.Client) (any, error) { return 1, c.UnknownResults(3).Ignore(ctx, 5) }, "DELETE /ucf-projects/3/results/5", "reserved=1", "", ""},
		"UnknownResults.SetPending": {
			func(ctx ctx, c *console.Client) (any, error) { return 1, c.UnknownResults(3).SetPending(ctx, 5) }, "POST /ucf-projects/3/results/5/pending", "", "", "",
		},

		"Billing.CurrentBill": {func(ctx ctx, c *console.Client) (any, error) { return c.Billing().CurrentBill(ctx, 0) }, "GET /billing/current-bill", "", "", data(billJSON)},
		"Billing.NextBill": {
			func(ctx ctx, c *console.Client) (any, error) { return c.Billing().NextBill(ctx, 5) }, "GET /billing/next-bill-date", "uid=5", "", `{"next_bill_date":"2026-02-01","left_days":12}`,
		},
		"Billing.Invoices": {
			func(ctx ctx, c *console.Client) (any, error) { return first(c.Billing().Invoices(ctx, 5)) }, "GET /billing/invoices", "page=1&per_page=100&uid=5", "",
			`{"data":[` + billJSON + `],"total":1,"current_page":1,"last_page":1}`,
		},
		"Billing.DownloadInvoice": {
			func(ctx ctx, c *console.Client) (any, error) {
				return 1, c.Billing().DownloadInvoice(ctx, 5, 9, io.Discard)
			}, "GET /billing/invoices/5-9/download", "", "", "",
		},
		"Billing.Prices": {
			func(ctx ctx, c *console.Client) (any, error) {
				return c.Billing().Prices(ctx, &console.PricesOptions{Type: "All", ServiceTypes: []string{"AVR", "HR"}, AccountID: 5})
			}, "GET /prices", "service_types=AVR%2CHR&type=All&uid=5", "", `{"data":[{"id":3,"uid":0,"service_type":"AVR","state":1,"prices":{"base":3.0}}],"discount":null}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := says(tt.answer)
			if tt.answer == "" { // nothing, or content
				answer = func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodGet {
						w.Header().Set("Content-Type", "audio/mpeg")
						_, _ = io.WriteString(w, "ID3 content")
						return
					}
					w.WriteHeader(http.StatusNoContent)
				}
			}
			c, a := newAPI(t, map[string]http.HandlerFunc{tt.line: answer})
			got, err := tt.call(t.Context(), c)
			require.NoError(t, err)
			assert.NotNil(t, got)
			request := a.only()
			assert.Equal(t, tt.line, request.Line)
			query, err := url.ParseQuery(request.Query)
			require.NoError(t, err)
			assert.Equal(t, tt.query, query.Encode())
			if tt.body == "" {
				assert.Empty(t, request.Body)
			} else {
				assert.JSONEq(t, tt.body, request.Body)
			}
			assert.Equal(t, "Bearer "+testToken, request.Header.Get("Authorization"))
		})
	}
	for name, tt := range tests { // the token is refused: the error names the scope
		t.Run(name+" without a scope", func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{tt.line: answers(http.StatusForbidden, `{"message":"Invalid scope(s) provided: hushhush"}`)})
			_, err := tt.call(t.Context(), c)
			require.ErrorIs(t, err, acrcloud.ErrForbidden)
			assert.NotContains(t, err.Error(), testToken)
			var e *acrcloud.APIError
			require.ErrorAs(t, err, &e)
			if scope := scopeOf(tt.line); scope != "" {
				assert.Contains(t, e.Hint(), scope)
			}
		})
	}
}

// scopeOf is the scope of a path.
func scopeOf(line string) string {
	for _, s := range []struct{ part, scope string }{
		{"dedup-files", "read-audios"}, {"bm-cs-projects", "read-bm-cs-projects"}, {"bm-bd-projects", "read-bm-bd-projects"}, {"bm-hist", ""}, {"billing", ""}, {"prices", ""},
		{"base-projects", "read-base-projects"}, {"ucf", "read-ucf"}, {"/files", "read-audios"}, {"channels", "read-channels"}, {"buckets", "read-buckets"},
	} {
		if strings.Contains(line, s.part) {
			return s.scope
		}
	}
	return "a scope"
}
