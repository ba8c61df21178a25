// Package scenario configures a [mock.Server] from JSON, for programs that cannot script it in Go: files of the command
// "acrcloud mock", and requests to its control API.
//
//	{
//	  "tracks": [{"title": "Silver River", "artists": ["Ada Alder"]}],
//	  "files": [
//	    {"name": "*remix*", "verdict": "medium", "track": "Silver River"},
//	    {"nth": 3, "fault": {"status": 503, "retry_after": "1s"}},
//	    {"name": "*.broken", "state": "failed", "callback": "lost"}
//	  ],
//	  "faults": [{"op": "files.list", "times": 2, "status": 500}],
//	  "callbacks": [{"rate": 0.1, "copies": 1}]
//	}
//
// Every mistake is reported, with its place and the remedy: see [Error].
package scenario
