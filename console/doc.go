// Package console is a client of the parts of ACRCloud's Console API that package filescan does not cover: metadata of
// recordings, broadcast monitoring, buckets with your own audio, and recognition projects.
//
//	client, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(token)})
//	plays := client.Streams(1234).Plays(ctx, "s-AbC12", console.PlaysOptions{Days: console.DateRange{From: day}})
//	err = console.WriteCSV(os.Stdout, plays, nil)
//
// A Client has a handle for each part of the API:
//
//   - [Client.Metadata] looks up recordings and their links on platforms;
//   - [Client.Buckets] and [Client.BucketFiles] manage your own audio, which recognition compares with;
//     [Client.LiveChannels] and [Client.DedupFiles] manage other kinds of buckets;
//   - [Client.Projects] manages recognition projects; [Project.Config] is the configuration for package identify;
//   - [Client.StreamProjects] and [Client.Streams] monitor your own streams, [Client.ChannelProjects] and
//     [Client.Channels] those of the service's database; [Client.HistoricalProjects] has plays of the past;
//   - [Client.UnknownContent], [Client.UnknownStreams] and [Client.UnknownResults] collect content that is played
//     repeatedly but not recognised;
//   - [Client.Billing] has bills and prices.
//
// The calls about OfflineDBs are missing, since they are not documented. [Client.Do] makes any other call.
//
// # Tokens and their scopes
//
// The Console API needs a token that begins with "eyJ". Create one on ACRCloud's website under Account, Developer
// Settings. Each part of the API has its own scope, which its documentation and its errors name. [Client.Check] reports
// which parts a token may read.
//
// # Retries
//
// GET, PUT and DELETE are retried after temporary failures: lost connections, 408, 429 and 5xx. A POST that creates
// something is retried only if the service cannot have accepted it: no connection was made, or the response was 429, or
// 503 with a Retry-After. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]. With
// [UploadOptions.UniqueName], uploads to buckets can be repeated safely.
//
// # Undocumented responses
//
// Where the service's response is not documented, its JSON is returned unchanged as [encoding/json.RawMessage].
// Decoding is tolerant: one odd value never fails a document, and unknown members stay in the field Extra.
//
// A Client is safe for concurrent use.
package console
