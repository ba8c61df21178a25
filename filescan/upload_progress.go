package filescan

// A Progress reports how much of a file has been written to the connection. How much has arrived is not known before the end. In
// each new attempt, Attempt goes up and Sent starts at 0.
type Progress struct {
	Attempt int   // 1 for the first
	Sent    int64 // bytes of the file
	Total   int64 // bytes of the file
	Done    bool  // the last report of an upload that has succeeded
}
