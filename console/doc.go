// Package console makes the calls of ACRCloud's Console API that package filescan does not make: what recordings are called, what monitored
// stations have played, the audio of your own that recognition finds, and the projects that do it.
//
//	client, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(token)})
//	plays := client.Streams(1234).Plays(ctx, "s-AbC12", console.PlaysOptions{Days: console.DateRange{From: day}})
//	err = console.WriteCSV(os.Stdout, plays, nil)
//
// A Client has a handle for each part of the API:
//
//   - [Client.Metadata] looks recordings up, and links to them on platforms;
//   - [Client.Buckets] and [Client.BucketFiles] hold audio of your own to compare with; [Client.LiveChannels] and [Client.DedupFiles] are
//     buckets of other kinds;
//   - [Client.Projects] are recognition projects: [Project.Config] is what package identify needs;
//   - [Client.StreamProjects] and [Client.Streams] monitor streams of your own, [Client.ChannelProjects] and [Client.Channels] those of the
//     service's database; [Client.HistoricalProjects] sells what was played in the past;
//   - [Client.UnknownContent], [Client.UnknownStreams] and [Client.UnknownResults] collect what is heard again and again, but not
//     recognised;
//   - [Client.Billing] has bills and prices.
//
// OfflineDBs are left out: the service has them, but nothing is known of their calls. [Client.Do] makes any other call.
//
// # Tokens and their scopes
//
// The Console API wants a token that begins with "eyJ", made in ACRCloud's console under Account, Developer Settings. Each part of the API
// needs a scope of its own, which its handle's documentation and the errors name. [Client.Check] says which parts a token may read.
//
// # What is sent twice
//
// A GET, PUT or DELETE is retried after any passing failure: lost connections, 408, 429 and 5xx. A POST that makes something is sent again
// only if the service cannot have accepted it: no connection was made, or it answered 429, or 503 with a Retry-After. Where it may have
// been processed although no success came back, the error matches [acrcloud.ErrOutcomeUnknown]. Uploads to buckets can be made so that they
// can be repeated: see [UploadOptions.UniqueName].
//
// # What is not known
//
// Where the service's answer is not documented, its JSON is returned as it is, as a [encoding/json.RawMessage]. Decoding is tolerant: one odd value never
// fails a document, and members that the SDK does not know stay in the field Extra.
//
// A Client is safe for concurrent use.
package console
