// Package mock is an ACRCloud in memory, to develop and test against without a network and without an account.
//
// It speaks the wire protocol: it checks the token, enforces what host serves what, wants a form as the service wants it, and refuses
// what the service is known to refuse. Clients in other languages can use it too.
//
//	srv := mock.New()
//	track := srv.AddTrack(mock.Track{Title: "Silver River"})
//	cfg := srv.Config()
//	client, err := filescan.New(cfg, srv.Options()...)
//	file, err := client.Files(cfg.ContainerID).Scan(ctx, acrcloud.FromBytes("a.wav", track.Audio()), nil)
//
// # Two faces
//
// In memory, [Server.HTTPClient] answers for the public host names, without a socket, also inside of testing/synctest bubbles. With
// [Server.Start] the server listens on loopback, and one address serves everything.
//
// # What is recognised
//
// Tracks that were added with [Server.AddTrack]: any stretch of two seconds or more of their generated audio, in a WAV file of any
// usual rate and width, and files or fingerprints that are byte for byte their Data. Everything else is not recognised. [Server.OnScan]
// replaces this by a script. What a file's results hold follows from its container's settings, as with the service.
//
// Identifications recognise the same in the last 12 seconds of a sample, and fingerprints by their bytes; [Server.OnIdentify] replaces
// this by a script, for humming and channels, and [IdentifyFault] makes the service's own codes.
//
// Uploads are read as they come and never kept: what is left of a file is its hash, its size and what was heard in it.
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
// lost before or after the request was processed, answers that break off. [Server.Requests] tells what was asked, by its [Op].
//
// # What is known and what is assumed
//
// Behaviour that is documented or has been observed is built in. Where the service's behaviour is not known the server does what the
// framework behind it usually does, and the comments in the code say so; do not take it for a description of the service.
package mock
