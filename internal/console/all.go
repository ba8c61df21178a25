package console

import (
	"context"
	"errors"
	"iter"
	"slices"
)

const (
	pageMemory   = 16 // how many pages' keys an iterator keeps
	maxLookBacks = 3  // in a row, without a new row
)

// ErrMissingRows reports that a list lacks the rows that the service says it has.
var ErrMissingRows = errors.New("acrcloud: the service says that the list has rows, but returned none: try again later")

// ErrRepeatedPage reports that a list cannot be completed.
var ErrRepeatedPage = errors.New("acrcloud: the service returned the same rows again instead of the next page, so the list cannot be completed: try again later")

// All iterates over the rows of all pages, starting with the page first. Each range starts from the beginning. An error
// is yielded last and ends the iteration.
//
// Rows may move between pages during the iteration. Rows that were just yielded are skipped, by their key. If rows were
// removed, the previous page is fetched again for those that moved up. A page without a new row ends the iteration with
// [ErrRepeatedPage], unless enough rows were added to explain it, and a list without any row with [ErrMissingRows] if the
// total says that it has some. Only the keys of the last 16 pages are kept, so
// memory does not grow with the list.
func All[T any, K comparable](ctx context.Context, first int, fetch func(context.Context, int) (*Page[T], error), key func(*T) K) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		w := walk[T, K]{first: max(first, 1), total: -1}
		for number := w.first; number > 0; {
			page, err := fetch(ctx, number)
			if err != nil {
				yield(nil, err)
				return
			}
			keys := make([]K, len(page.Items))
			fresh := false
			w.seen.turn()
			for i, row := range page.Items {
				if keys[i] = key(row); !w.seen.add(keys[i]) {
					continue
				}
				fresh = true
				w.any = true
				if !yield(row, nil) {
					return
				}
			}
			if number, err = w.next(page, number, keys, fresh); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// A walk is one run over the pages of a list.
type walk[T any, K comparable] struct {
	first int
	seen  recent[K]

	any       bool // there was a row
	number    int  // of the last page
	highest   int
	keys      []K // of the last page
	total     int // according to the last page; -1 before the first
	size      int // of a full page
	lookBacks int // since the last progress
	barren    int // pages without a new row, in a row
	added     int // rows that were added since the last page with a new row
}

// next returns the number of the page to fetch after the given one; 0: none.
func (w *walk[T, K]) next(page *Page[T], number int, keys []K, fresh bool) (int, error) {
	gone := w.total - page.Total // since the last page
	stuck := w.stuck(page, number, keys, fresh)
	if fresh {
		w.lookBacks = 0
	}
	w.number, w.keys, w.total = number, keys, page.Total
	w.highest, w.size = max(w.highest, number), max(w.size, len(keys), 1)
	switch {
	case page.LastPage <= 0 && !fresh && !w.short(page):
		return 0, nil // the service does not send the total
	case gone > 0 && number > w.first && w.lookBacks < maxLookBacks:
		// Later rows have moved up by at most that many. If rows disappear with every request, looking back would never
		// end, so it is limited.
		w.lookBacks++
		return max(number-(gone+w.size-1)/w.size, w.first), nil
	case stuck:
		return 0, ErrRepeatedPage
	case w.short(page):
		return 0, ErrMissingRows
	case page.LastPage > 0 && number >= page.LastPage, len(keys) == 0:
		return 0, nil
	}
	return number + 1, nil
}

// short reports whether there was no row at all, although the total says that there are some.
func (w *walk[T, K]) short(page *Page[T]) bool {
	return !w.any && len(page.Items) == 0 && page.Total > (w.first-1)*page.PerPage
}

// stuck reports whether a page that was not fetched before has no new row. That is normal only if rows were added,
// which push the others to later pages. On the last page, known rows are fine unless the whole page repeats the
// previous one.
func (w *walk[T, K]) stuck(page *Page[T], number int, keys []K, fresh bool) bool {
	if fresh || len(keys) == 0 {
		w.barren, w.added = 0, 0
		return false
	}
	if w.total >= 0 {
		w.added += max(page.Total-w.total, 0)
	}
	if number <= w.highest {
		return false
	}
	w.barren++
	if number >= page.LastPage {
		return w.added == 0 && (slices.Equal(keys, w.keys) || page.Page != 0 && page.Page != number)
	}
	return w.barren > pageMemory || (w.barren-1)*max(w.size, len(keys)) >= w.added
}

// recent keeps the keys of the last few pages.
type recent[K comparable] struct{ pages []map[K]bool }

// turn begins a new page.
func (r *recent[K]) turn() {
	if len(r.pages) == pageMemory {
		oldest := r.pages[0]
		clear(oldest)
		r.pages = append(r.pages[1:pageMemory:pageMemory], oldest)
		return
	}
	r.pages = append(r.pages, map[K]bool{})
}

// add adds a key, and reports whether it is new.
func (r *recent[K]) add(key K) bool {
	known := slices.ContainsFunc(r.pages, func(p map[K]bool) bool { return p[key] })
	r.pages[len(r.pages)-1][key] = true
	return !known
}
