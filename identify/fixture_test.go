package identify_test

// fixtures are answers of the service in all the shapes that are known, with values of our own.
var fixtures = map[string]string{
	"music": `{"cost_time":0.28100001811981,"status":{"msg":"Success","version":"1.0","code":0},"metadata":{"timestamp_utc":"2026-02-03 04:05:06","music":[
		{"acrid":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","title":"Silver River","artists":[{"name":"Ada Alder"},{"name":"Birch"}],"album":{"name":"Water"},
		 "score":100,"duration_ms":201500,"play_offset_ms":42000,"sample_begin_time_offset_ms":0,"sample_end_time_offset_ms":11340,
		 "db_begin_time_offset_ms":30000,"db_end_time_offset_ms":41340,"label":"Harbour Records","release_date":"2021-05-04",
		 "genres":[{"name":"Folk"}],"language":"en","result_from":3,"external_ids":{"isrc":"QZABC2600001","upc":"0123456789012"},
		 "external_metadata":{"spotify":{"track":{"id":"sp1"},"artists":[{"id":"sp2","name":"Ada Alder"}],"album":{"id":"sp3"}},"youtube":{"vid":"yt_1"}}}]},
		"result_type":0}` + "\n",
	"lists": `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":{"music":[
		{"acrid":"a1","title":"Paper Lantern","external_ids":{"isrc":["QZABC2600002","QZABC2600003"],"upc":["1","2"],"iswc":["T-010.095.403-7"]},
		 "external_metadata":{"spotify":[{"track":{"id":"s1"}},{"track":{"id":"s2"}}],"deezer":[{"track":{"id":"d1"}}],"youtube":[{"vid":"y1"}],
		 "musicbrainz":[{"track":{"id":"m1"}}],"musicstory":[{"track":{"id":7}}],"lyricfind":[{"lfid":"001-1"}]}}]}}`,
	"deezer": `{"status":{"code":0,"msg":"Success"},"metadata":{"music":[
		{"title":"one","external_metadata":{"deezer":{"track":{"id":86578},"album":{"name":""},"artists":[{"id":12}],"genres":[{"id":3}]}}},
		{"title":"two","external_metadata":{"deezer":{"track":{"id":"86578"},"album":{"id":""}}}}]}}`,
	"humming": `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":{"timestamp_utc":"2026-02-03 04:05:06","humming":[
		{"acrid":"h1","title":"Quiet Meadow","artists":[{"name":"Ines Ivy"}],"album":{"name":"Grass"},"score":"0.88","duration_ms":"375040","release_date":"1999-01-02",
		 "external_ids":{},"external_metadata":{},"result_from":1},
		{"acrid":"h2","title":"Quiet Comet","score":0.96,"duration_ms":1000},
		{"acrid":"h3","title":"No score"}]},"result_type":0}`,
	"custom files": `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":{"custom_files":[
		{"bucket_id":"51","audio_id":"3","acrid":"c1","title":"Our jingle","artists":"The Placeholders","album":"Jingles","key1":"value","brand":{"name":"b"},"price":12.50,
		 "duration_ms":"20000","play_offset_ms":12000,"score":"100","count":0},
		{"bucket_id":51,"audio_id":4,"acrid":"c2","score":99.5}]},"result_type":0}`,
	"custom streams": `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":{"timestamp_utc":"2026-02-03 04:05:06","custom_streams":[
		{"acrid":"s1","title":"Our channel","timestamps_ms":"1491987674","result_type":"live","score":82,"city":"Basel"},
		{"acrid":"s2","title":"Our other channel","timestamps_ms":1491987674123,"result_type":"timeshift","score":60}],
		"streams":[{"acrid":"s3","title_en":"Channel Three","timestamps_ms":"","result_type":"live","score":71}]},"result_type":0}`,
	"music and custom files": `{"status":{"code":0},"metadata":{"music":[{"acrid":"m1","title":"Song","score":90}],"custom_files":[{"acrid":"c1","title":"Mine","score":90}]}}`,
	"nothing in it":          `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":{"timestamp_utc":"2026-02-03 04:05:06"},"result_type":0}`,
	"no metadata":            `{"status":{"msg":"Success","code":0,"version":"1.0"}}`,
	"metadata is a list":     `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":[]}`,
	"metadata is text":       `{"status":{"msg":"Success","code":0,"version":"1.0"},"metadata":"later"}`,
	"1001":                   `{"status":{"version":"1.0","code":1001,"msg":"No result"}}`,
	"no version":             `{"status":{"code":"0","msg":"Success"},"metadata":{"music":null,"humming":[]}}`,
	"odd values": `{"status":{"msg":"Success","code":0.0,"version":1.0},"metadata":{"music":[
		{"acrid":null,"title":"Odd","artists":"Hugo Hazel","album":[],"score":"97.5","duration_ms":"201500.0","play_offset_ms":"42000","release_date":"None","genres":{"name":"Folk","id":4},
		 "sample_begin_time_offset_ms":148165.64262986183,"sample_end_time_offset_ms":"11340.4","db_begin_time_offset_ms":"","db_end_time_offset_ms":null,
		 "external_ids":[],"external_metadata":[],"langs":["en"],"bpm":true,"contributors":{"composers":null},"label":null},
		"not a row at all"]}}`,
	"not sorted": `{"status":{"code":0},"metadata":{"music":[{"acrid":"a","score":82},{"acrid":"b","score":100},{"acrid":"c","score":100,"sample_begin_time_offset_ms":500},
		{"acrid":"d","score":100,"sample_begin_time_offset_ms":0},{"acrid":"e"}]}}`,
	"unknown keys": `{"status":{"code":0,"msg":"Success","extra":[1]},"metadata":{"music":[{"acrid":"a","partner":{"x":1},"rec_times":3}],"played_duration":9,"type":"delay","record_timestamp":"20260203040506"},
		"service_type":2,"sample_end_time_offset_ms":"9"}`,
	"old wrapper": `{"response":{"status":{"msg":"Success","code":0,"version":"0.1"},"metadata":{"music":[{"title":"Old"}]}}}`,
}
