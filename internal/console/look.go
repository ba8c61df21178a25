package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// maxNamesakes limits the search for a name that is not unique: a container may hold any number of files called
// "track.mp3".
const maxNamesakes = 5000

var errNoID = errors.New("the list has something without an id, so nothing is known about its names")

// A NameSearch looks for a name in a list of the service that can be searched.
type NameSearch[T any, K comparable] struct {
	Name   string // as it was sent
	Unique bool   // the name was promised to be unique, so there is no limit to the search

	Page  func(ctx context.Context, search string, number int) (*Page[T], time.Time, error) // a page, and the service's time
	Key   func(*T) K
	Match func(thing *T, name string) bool // whether a thing has the name, which is plain; see PlainName
}

// Look looks for the name, as [Creation.Look] does: for all things with it, or only on the list's first page.
func (s NameSearch[T, K]) Look(ctx context.Context, all bool) (look Look[T], err error) {
	name, search := PlainName(s.Name), SearchTerm(s.Name)
	fetch := func(ctx context.Context, number int) (*Page[T], error) {
		page, now, err := s.Page(ctx, search, number)
		if err != nil {
			return nil, err
		}
		look.Now = now
		if !all {
			look.Whole = page.LastPage == 1 || page.LastPage <= 0 && len(page.Items) < page.PerPage
			page.LastPage = number
		}
		return page, nil
	}
	look.Whole = all
	seen := 0
	var none K
	for thing, err := range All(ctx, 1, fetch, s.Key) {
		if err != nil {
			return Look[T]{}, err
		}
		if s.Key(thing) == none {
			return Look[T]{}, &acrcloud.DecodeError{StatusCode: http.StatusOK, Err: errNoID}
		}
		if seen++; seen > maxNamesakes && !s.Unique {
			return Look[T]{}, fmt.Errorf("acrcloud: more than %d files have %q in their name: use a unique name", maxNamesakes, search)
		}
		if s.Match(thing, name) {
			look.Things = append(look.Things, thing)
		}
	}
	return look, nil
}
