package webhook

// Kind is the type of an [Event]. (MatchKind, in packages filescan and identify, is the list of results that a match is from.)
type Kind string

// The kinds of events.
const (
	FileScan            Kind = "file_scan"            // the scan of a file has ended
	BroadcastMonitoring Kind = "broadcast_monitoring" // a monitored stream had a result, or none
	Test                Kind = "test"                 // the console tries out the URL; ids in it are invented
	Unknown             Kind = "unknown"              // something else; Event.Raw has it
)
