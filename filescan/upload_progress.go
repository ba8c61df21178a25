package filescan

// A Progress says how much of a file has been handed to the connection; what has arrived is not known before the end. When an
// attempt is repeated, Attempt goes up and Sent starts again.
type Progress struct {
	Attempt int   // 1 for the first
	Sent    int64 // bytes of the file
	Total   int64 // bytes of the file
	Done    bool  // the last report of an upload that has succeeded
}
