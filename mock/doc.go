// Package mock is an ACRCloud in memory, to develop and test against without a network and without an account.
//
// It speaks the wire protocol: it checks the token, enforces what host serves what, wants a form as the service wants it, and refuses
// what the service is known to refuse. Clients in other languages can use it too.
//
//	srv := mock.New()
//	track := srv.AddTrack(mock.Track{Title: "Silver River"})
//	client, err := filescan.New(srv.Config(), srv.Options()...)
//	file, err := client.Files(srv.Config().ContainerID).Scan(ctx, acrcloud.FromBytes("a.wav", track.Audio()), nil)
//
// # Two faces
//
// In memory, [Server.HTTPClient] serves the public host names, without a socket, also inside of testing/synctest bubbles. With
// [Server.Start] the server listens on loopback, and one address serves everything; [WithRegionAddresses] adds an address for each region.
// [WithToken], [WithProject] and [WithContainerID] keep a .env file good for every start.
//
// # What is recognised
//
// Tracks that were added with [Server.AddTrack]: any stretch of three seconds or more of their generated audio, in a WAV file of any
// usual rate and width, and files or fingerprints that are byte for byte their Data. Everything else is not recognised. [Server.OnScan]
// replaces this by a script. What a file's results hold follows from its container's settings, as with the service.
//
// Identifications recognise the same in the last 12 seconds of a sample, and fingerprints by their bytes; a humming fingerprint that is a
// track's Data is found among humming. [Server.OnIdentify] replaces this by a script, for channels, and [IdentifyFault] makes the
// service's own codes.
//
// What is uploaded to a bucket, by the API, is recognised in scans of the containers that have the bucket, and in identifications by the projects
// that have it: the same bytes, or the same stretch of a track, as a custom file with the keys that were uploaded. A track with [NoBucket] makes
// audio that is found in this way only. The projects of [Server.Config] and [Server.AddProject] have all buckets; those that are made by the API
// have what they were given.
//
// Uploads are read as they come and never kept: what is left of a file is its hash, its size, its length and what was heard in it. The length
// is read from WAV, MP3, FLAC, Ogg and MP4; of any other file it is 0, which stands for not known.
//
// # What is monitored
//
// Streams and channels that were added to projects, by the API, have played what [Server.AddPlay] says, or [Server.OnPlays] for a whole day, or by
// [WithPlays] what the server invents for any day. Results, analytics, recordings and callbacks follow from that: a recording sounds as the tracks
// do that were played, and is recognised as they are. [Server.SetStreamState] stops a stream, and [Server.AddUnknownContent] has something be
// found that is not known. How state changes are notified is not known, and so they are not.
//
// # Credentials
//
// [Server.Config] has a token and a project that are good for everything. [Server.IssueToken] makes tokens that have expired, lack scopes or
// are another account's, [Server.RevokeToken] and [Server.SetSuspended] take away what was good, and [Server.AddProject] makes keys
// that do not go with the others.
//
// # What goes wrong
//
// [Server.Inject] has requests fail in the ways that the service and the network can: any status and body, delays, connections that are
// lost before or after the request was processed, responses that break off. [Server.Requests] returns the requests that were received, with their [Op].
// [Server.InjectCallback] does the same with callbacks, which [Server.Deliveries] lists.
//
// [Server.AddRule] says what becomes of files by their name, content or order, without a script; package scenario reads such rules from JSON.
//
// # What is kept
//
// Nothing, when the program ends; with [WithStateFile] everything that the service would keep, in a file.
//
// # What is known and what is assumed
//
// Behaviour that is documented or has been observed is built in: all calls of the Console API that are known have a route. Where the service's behaviour is not known the server does what the
// framework behind it usually does, and the comments in the code say so; do not take it for a description of the service. A path of the
// service that the server does not implement gets a 501, after the token was checked.
//
// # How it is made
//
// A request comes in at serve.go. The router (router.go) reads its path and finds its route in a table; each noun of the Console API has a table
// in its own file, such as files.go, and a new one needs a table there and its name in consoleRoutes. Which host serves what is in place.go. What
// is kept belongs to an account (account.go), and is under the one lock of the server: handlers take it once they have read the request,
// and what is called with it held says so. Files (file.go) are in lists by age and state (file_list.go), in a heap while they are in process
// (pending.go), and in an index for searches (search.go), so that a container of a million files is as fast as an empty one. What a scan finds
// is decided once (scan.go); its rows (results.go, metadata.go) are made each time they are shown.
package mock
