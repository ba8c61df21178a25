package filescan

// Page is one page of a list.
type Page[T any] struct {
	Items    []*T
	Page     int // the number of this page, from 1
	PerPage  int // how many items a full page has
	LastPage int // the number of the last page
	Total    int // how many items there are on all pages
}
