package console

// Page is one page of a list.
type Page[T any] struct {
	Items    []*T
	Page     int // the number of this page, from 1
	PerPage  int // how many items a full page has
	LastPage int // the number of the last page; 0 if the service does not say
	Total    int // how many items there are on all pages; 0 if the service does not say
}
