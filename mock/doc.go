// Package mock is an in-memory ACRCloud, for development and tests without a network or an account.
//
// It speaks the wire protocol: it checks tokens, enforces which host serves which call, expects forms as the service
// does, and refuses what the service is known to refuse. Clients in other languages can use it, too.
//
//	srv := mock.New()
//	track := srv.AddTrack(mock.Track{Title: "Silver River"})
//	client, err := filescan.New(srv.Config(), srv.Options()...)
//	file, err := client.Files(srv.Config().ContainerID).Scan(ctx, acrcloud.FromBytes("a.wav", track.Audio()), nil)
//
// # In memory and on loopback
//
// [Server.HTTPClient] serves the public host names in memory, without sockets, also within testing/synctest bubbles.
// After [Server.Start], the server listens on loopback, and one address serves everything; [WithRegionAddresses] adds
// an address for each region. With [WithToken], [WithProject] and [WithContainerID], the same .env file works for every
// start.
//
// # Recognition
//
// Scans recognise tracks that were added with [Server.AddTrack]: any stretch of three seconds or more of their
// generated audio, in WAV files of common rates and widths, and files or fingerprints whose bytes are equal to their
// Data. Nothing else is recognised. [Server.OnScan] replaces this by a script. As with the service, the results depend
// on the container's settings.
//
// Identifications recognise the same in the last 12 seconds of a sample, and fingerprints by their bytes. A humming
// fingerprint that is equal to a track's Data is a humming result. [Server.OnIdentify] replaces this by a script, such
// as for channels, and [IdentifyFault] returns the service's error codes.
//
// Files that are uploaded to a bucket through the API are recognised in scans of containers with the bucket, and in
// identifications by projects with it: the same bytes, or the same stretch of a track, give a custom file with the
// uploaded keys. The audio of a track with [NoBucket] is recognised only this way. The projects of [Server.Config] and
// [Server.AddProject] have all buckets; those created through the API have the buckets of the request.
//
// Uploads are analysed while they are read, and not kept. The server stores only their hash, size, length, and what was
// heard in them. The length is read from WAV, MP3, FLAC, Ogg and MP4; for other files it is 0, which means unknown.
//
// # Monitoring
//
// The plays of streams and channels, which are added to projects through the API, come from [Server.AddPlay], from
// [Server.OnPlays] for whole days, or from [WithPlays], with which the server invents them for any day. Results,
// analytics, recordings and callbacks follow from the plays: a recording has the audio of the played tracks, and is
// recognised. [Server.SetStreamState] changes the state of a stream, and [Server.AddUnknownContent] adds unknown
// content. Notifications of state changes are not sent, since their format is not known.
//
// # Credentials
//
// The token and the project of [Server.Config] are valid for everything. [Server.IssueToken] issues tokens that are
// expired, lack scopes, or belong to another account. [Server.RevokeToken] and [Server.SetSuspended] withdraw access,
// and [Server.AddProject] adds a project with other keys.
//
// # Faults
//
// [Server.Inject] makes requests fail as with the service or the network: any status and body, delays, connections lost
// before or after the request is processed, truncated responses. [Server.Requests] returns the received requests with
// their [Op]. [Server.InjectCallback] does the same for callbacks, and [Server.Deliveries] lists them.
//
// [Server.AddRule] sets the outcome of files by their name, content or order, without a script; package scenario reads
// such rules from JSON.
//
// # State
//
// State is lost when the program ends. With [WithStateFile], a file keeps everything that the service would keep.
//
// # Known and assumed behaviour
//
// The server implements documented and observed behaviour, and all known calls of the Console API. Where the service's
// behaviour is not known, the server does what the service's web framework usually does, and comments in the code say
// so: it does not describe the service. A path that the server does not implement gets status 501, after the token is
// checked.
//
// # Design
//
// Requests arrive in serve.go. The router (router.go) finds the route of a path in a table. Each noun of the Console
// API has its table in its own file, such as files.go; a new one is added to consoleRoutes. place.go defines which host
// serves what. All state belongs to an account (account.go), and is guarded by the server's single lock: handlers take
// it after they have read the request, and functions that require it say so. Files (file.go) are in lists by age and
// state (file_list.go), in a heap while they are being processed (pending.go), and in an index for searches
// (search.go), so that a container with a million files is as fast as an empty one. The result of a scan is decided
// once (scan.go); its rows (results.go, metadata.go) are made each time they are sent.
package mock
