// Package acrcloud holds what the packages of the ACRCloud SDK share. It makes no network call itself:
//
//   - github.com/musicchartsai/acrcloud-go/filescan scans whole files for music (File Scanning, over the Console API);
//   - github.com/musicchartsai/acrcloud-go/identify recognises a few seconds of sound (the Identification API);
//   - github.com/musicchartsai/acrcloud-go/webhook receives the results that the service posts to you;
//   - github.com/musicchartsai/acrcloud-go/mock is an ACRCloud in memory, to develop and test with no account.
//
// # Getting started
//
//	cfg, err := acrcloud.ConfigFromEnv()
//	if err != nil {
//		return err // names the variable that is malformed
//	}
//	client, err := filescan.New(cfg)
//	if err != nil {
//		return err // names the field that is missing or wrong
//	}
//	file, err := client.Files(cfg.ContainerID).Scan(ctx, acrcloud.FromFile("song.mp3"), nil)
//	if errors.Is(err, acrcloud.ErrCredentials) {
//		// The error's text says what to do.
//	}
//
// # Two kinds of credentials
//
// File Scanning takes a Console API token ([Config].BearerToken): a long string that begins with "eyJ", created in the
// console under Account, Developer Settings. Identification takes the access key and access secret of a recognition
// project, and the host shown next to them (IdentifyAccessKey, IdentifyAccessSecret, IdentifyHost). Neither works in
// place of the other; the service then responds with a bare 403 or code 3001. Each client has a Check method that finds
// the problem and returns a [Diagnosis].
//
// Credentials are held as a [Secret], which no print verb, logger or encoder shows.
//
// # Content
//
// Content to upload or identify is a [Source]: [FromFile], [FromBytes], [FromFS], [FromReaderAt], [FromReader],
// [FromMultipart] or, for any other storage, [NewSource]. Content of any size is streamed. [DetectFormat] detects audio and video
// formats by their first bytes.
//
// Recognised content is [Music], [CustomFile] or [Stream], with [Artist], [Album] and so on in them. Their members are
// decoded tolerantly, and members without a field are kept in Extra.
//
// # Errors
//
// The type of an error says where it comes from. Use [errors.AsType] or [errors.As]:
//
//   - [*APIError]: the service refused the request. Its text ends with what to do, where that is known.
//   - [*DecodeError]: the response was successful, but not what the API promises.
//   - [*ArgumentError]: the call was refused before anything was sent. It names the field and the remedy.
//   - [*SourceError]: the content could not be read, or was not what it was said to be.
//   - [*TokenError]: the [TokenSource] failed.
//   - the context's own errors, and those of the network.
//
// A sentinel says what an error means. Use [errors.Is]:
//
//   - [ErrCredentials]: the credentials were not accepted; [ErrUnauthorized] and [ErrForbidden] are the two ways over HTTP.
//   - [ErrNotFound]: there is no such container or file.
//   - [ErrInvalid]: the service refuses the request as invalid; the fields are in [APIError].Fields.
//   - [ErrBadSample]: the sample is silent, undecodable or too large.
//   - [ErrRateLimited]: too many requests; [ErrQuotaExceeded]: the account's limit is used up.
//   - [ErrServer]: the service failed.
//   - [ErrOutcomeUnknown]: the request may or may not have been processed, and was not sent again.
//   - [ErrInvalidArgument]: every [*ArgumentError].
//
// That nothing was recognised is a result and never an error. No error holds a credential.
//
// # Retries and money
//
// A call is tried again by what it costs. Calls that read are tried again after any passing failure. Calls that make or rescan
// a file or identify a sample are billed each time, so they are tried again only if the service cannot have accepted them;
// after a failure that leaves this open they end in [ErrOutcomeUnknown]. How often and how patiently is up to a [RetryPolicy],
// by [WithRetry]; [WithRateLimiter] spaces the requests out, and [WithObserver] sees every one of them.
//
// # Panics
//
// The SDK does not panic by itself. Code that you give to it may: a panic of a [Source], in any goroutine, is a [*SourceError]. A panic of
// an option's code, such as an observer, a limiter or a transport, reaches the goroutine that made the call; where the SDK runs requests
// in goroutines of its own, it is raised again there. Package webhook, which nobody calls, makes it a response with status 500.
//
// # Concurrency
//
// Clients are immutable and safe for concurrent use: create one for each configuration and share it. The values of this
// package are plain data, safe to read from many goroutines. A [Source] may be used by several calls at the same time,
// unless it is from [FromReader].
package acrcloud
