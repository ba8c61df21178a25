package webhook

// Kind says what an [Event] is about.
type Kind string

// The kinds of events.
const (
	FileScan            Kind = "file_scan"            // the scan of a file has ended
	BroadcastMonitoring Kind = "broadcast_monitoring" // a monitored stream had a result, or none
	Test                Kind = "test"                 // the console tries out the URL; ids in it are invented
	Unknown             Kind = "unknown"              // something else; Event.Raw has it
)
