// Package filescan finds the music in audio and video files: it uploads them to ACRCloud's File Scanning, waits until they are
// processed, and returns what was recognised, where, and in whose recording.
//
//	client, err := filescan.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(token)})
//	file, err := client.Files(12345).Scan(ctx, acrcloud.FromFile("song.mp3"), nil)
//	if err == nil && file.Results != nil {
//		for _, match := range file.Results.Music {
//			fmt.Println(match.Offset, match.Result.Title)
//		}
//	}
//
// Files live in containers, which say what to look for and in which music. [Client.Containers] makes and changes them, [Client.Files]
// works with the files of one. [Client.Do] makes any other call of the Console API.
//
// # Credentials
//
// The Console API wants a token that begins with "eyJ", made in ACRCloud's console under Account, Developer Settings. The access key of a
// recognition project does not work here, and the service does not say so: it responds with 403.
//
// # Billing and retries
//
// Each upload, import and rescan is billed. Such a request is retried only if the service cannot have accepted it: no
// connection was made, or it responded with 429, or 503 with a Retry-After. If the response to a creating request is
// lost, the file is looked up by its name.
//
// A name alone does not prove whose file it is, and the results of another recording are worse than an error. So an
// existing file is returned only if [UploadOptions.UniqueName] declares that no other upload has the name. Then an
// upload can be repeated after any error, and only one file is created. Otherwise the error matches
// [acrcloud.ErrOutcomeUnknown], and [UploadError] names the candidates.
//
// A [Ticket], stored before the file is created, settles an upload after a crash: see [UploadOptions.OnTicket] and
// [Files.Resume].
//
// Everything else is retried after any passing failure: lost connections, 408, 429 and 5xx. See [acrcloud.RetryPolicy].
//
// # Results
//
// The JSON of results changes its shape from row to row. It is read tolerantly: one odd value never fails a document, members that the
// SDK does not know stay in the field Extra, and [Results] keeps the original in Raw.
//
// A [Match] has two scores. Its own is there for derivative works only; that of the recording is small there and says little. Use
// [Match.Similarity].
//
// Nothing recognised is [StateNoResults], and no error; File.Results may be nil then. A scan that failed is a [ScanError].
//
// A Client is safe for concurrent use.
package filescan
