package console

import "github.com/musicchartsai/acrcloud-go/internal/lenient"

// The content types have JSON methods of their own: they are as tolerant within a program's structs, with any JSON
// package.

// UnmarshalJSON reads an Analytics tolerantly.
func (a *Analytics) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the Analytics with its Extra.
func (a Analytics) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// UnmarshalJSON reads an AnalyticsRow tolerantly.
func (a *AnalyticsRow) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the AnalyticsRow with its Extra.
func (a AnalyticsRow) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// UnmarshalJSON reads a Bill tolerantly.
func (b *Bill) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, b) }

// MarshalJSON writes the Bill with its Extra.
func (b Bill) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&b) }

// UnmarshalJSON reads a NextBill tolerantly.
func (n *NextBill) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, n) }

// MarshalJSON writes the NextBill with its Extra.
func (n NextBill) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&n) }

// UnmarshalJSON reads a Price tolerantly.
func (p *Price) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// MarshalJSON writes the Price with its Extra.
func (p Price) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }

// UnmarshalJSON reads a Prices tolerantly.
func (p *Prices) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// MarshalJSON writes the Prices with its Extra.
func (p Prices) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }

// UnmarshalJSON reads a BucketFile tolerantly.
func (f *BucketFile) UnmarshalJSON(data []byte) error {
	if err := lenient.UnmarshalJSON(data, f); err != nil {
		return err
	}
	f.settle()
	return nil
}

// MarshalJSON writes the BucketFile with its Extra.
func (f BucketFile) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&f) }

// UnmarshalJSON reads a Bucket tolerantly.
func (b *Bucket) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, b) }

// MarshalJSON writes the Bucket with its Extra.
func (b Bucket) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&b) }

// UnmarshalJSON reads a ChannelProject tolerantly.
func (c *ChannelProject) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the ChannelProject with its Extra.
func (c ChannelProject) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a ChannelProjectConfig tolerantly.
func (c *ChannelProjectConfig) UnmarshalJSON(data []byte) error {
	return lenient.UnmarshalJSON(data, c)
}

// MarshalJSON writes the ChannelProjectConfig with its Extra.
func (c ChannelProjectConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a ResultCallbackConfig tolerantly.
func (r *ResultCallbackConfig) UnmarshalJSON(data []byte) error {
	return lenient.UnmarshalJSON(data, r)
}

// MarshalJSON writes the ResultCallbackConfig with its Extra.
func (r ResultCallbackConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }

// UnmarshalJSON reads a StateCallbackConfig tolerantly.
func (s *StateCallbackConfig) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the StateCallbackConfig with its Extra.
func (s StateCallbackConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads an EmailStateConfig tolerantly.
func (e *EmailStateConfig) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, e) }

// MarshalJSON writes the EmailStateConfig with its Extra.
func (e EmailStateConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&e) }

// UnmarshalJSON reads an AccessPermission tolerantly.
func (a *AccessPermission) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, a) }

// MarshalJSON writes the AccessPermission with its Extra.
func (a AccessPermission) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&a) }

// UnmarshalJSON reads a Channel tolerantly.
func (c *Channel) UnmarshalJSON(data []byte) error {
	if err := lenient.UnmarshalJSON(data, c); err != nil {
		return err
	}
	c.settle()
	return nil
}

// MarshalJSON writes the Channel with its Extra.
func (c Channel) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a DedupFile tolerantly.
func (d *DedupFile) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, d) }

// MarshalJSON writes the DedupFile with its Extra.
func (d DedupFile) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&d) }

// UnmarshalJSON reads a HistoricalProject tolerantly.
func (h *HistoricalProject) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, h) }

// MarshalJSON writes the HistoricalProject with its Extra.
func (h HistoricalProject) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&h) }

// UnmarshalJSON reads a LiveChannel tolerantly.
func (c *LiveChannel) UnmarshalJSON(data []byte) error {
	if err := lenient.UnmarshalJSON(data, c); err != nil {
		return err
	}
	c.settle()
	return nil
}

// MarshalJSON writes the LiveChannel with its Extra.
func (c LiveChannel) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a Track tolerantly.
func (t *Track) UnmarshalJSON(data []byte) error {
	if err := lenient.UnmarshalJSON(data, t); err != nil {
		return err
	}
	t.settle()
	return nil
}

// MarshalJSON writes the Track with its Extra.
func (t Track) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&t) }

// UnmarshalJSON reads a TrackAlbum tolerantly.
func (t *TrackAlbum) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, t) }

// MarshalJSON writes the TrackAlbum with its Extra.
func (t TrackAlbum) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&t) }

// UnmarshalJSON reads a Covers tolerantly.
func (c *Covers) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the Covers with its Extra.
func (c Covers) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads a Listing tolerantly.
func (l *Listing) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the Listing with its Extra.
func (l Listing) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// UnmarshalJSON reads a ListingPart tolerantly.
func (l *ListingPart) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, l) }

// MarshalJSON writes the ListingPart with its Extra.
func (l ListingPart) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&l) }

// UnmarshalJSON reads a TrackWork tolerantly.
func (t *TrackWork) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, t) }

// MarshalJSON writes the TrackWork with its Extra.
func (t TrackWork) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&t) }

// UnmarshalJSON reads a PlayStatus tolerantly.
func (p *PlayStatus) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// MarshalJSON writes the PlayStatus with its Extra.
func (p PlayStatus) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }

// UnmarshalJSON reads a Project tolerantly.
func (p *Project) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// MarshalJSON writes the Project with its Extra.
func (p Project) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }

// UnmarshalJSON reads a DayUsage tolerantly.
func (d *DayUsage) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, d) }

// MarshalJSON writes the DayUsage with its Extra.
func (d DayUsage) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&d) }

// UnmarshalJSON reads a StreamStates tolerantly.
func (s *StreamStates) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the StreamStates with its Extra.
func (s StreamStates) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads a StatePeriod tolerantly.
func (p *StatePeriod) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, p) }

// MarshalJSON writes the StatePeriod with its Extra.
func (p StatePeriod) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&p) }

// UnmarshalJSON reads a StreamProject tolerantly.
func (s *StreamProject) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the StreamProject with its Extra.
func (s StreamProject) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads a StreamProjectConfig tolerantly.
func (s *StreamProjectConfig) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the StreamProjectConfig with its Extra.
func (s StreamProjectConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads a Stream tolerantly.
func (s *Stream) UnmarshalJSON(data []byte) error {
	if err := lenient.UnmarshalJSON(data, s); err != nil {
		return err
	}
	s.settle()
	return nil
}

// MarshalJSON writes the Stream with its Extra.
func (s Stream) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads a StreamConfig tolerantly.
func (s *StreamConfig) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the StreamConfig with its Extra.
func (s StreamConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads a StreamConfigRecord tolerantly.
func (s *StreamConfigRecord) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the StreamConfigRecord with its Extra.
func (s StreamConfigRecord) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }

// UnmarshalJSON reads an UnknownProject tolerantly.
func (u *UnknownProject) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, u) }

// MarshalJSON writes the UnknownProject with its Extra.
func (u UnknownProject) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&u) }

// UnmarshalJSON reads an UnknownConfig tolerantly.
func (c *UnknownConfig) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, c) }

// MarshalJSON writes the UnknownConfig with its Extra.
func (c UnknownConfig) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&c) }

// UnmarshalJSON reads an UnknownStream tolerantly.
func (u *UnknownStream) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, u) }

// MarshalJSON writes the UnknownStream with its Extra.
func (u UnknownStream) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&u) }

// UnmarshalJSON reads an UnknownResult tolerantly.
func (u *UnknownResult) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, u) }

// MarshalJSON writes the UnknownResult with its Extra.
func (u UnknownResult) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&u) }

// UnmarshalJSON reads an UnknownOperator tolerantly.
func (u *UnknownOperator) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, u) }

// MarshalJSON writes the UnknownOperator with its Extra.
func (u UnknownOperator) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&u) }

// UnmarshalJSON reads a UserReportResult tolerantly.
func (u *UserReportResult) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, u) }

// MarshalJSON writes the UserReportResult with its Extra.
func (u UserReportResult) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&u) }

// UnmarshalJSON reads a ReportedPlay tolerantly.
func (r *ReportedPlay) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, r) }

// MarshalJSON writes the ReportedPlay with its Extra.
func (r ReportedPlay) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&r) }
