package filescan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// again is called before a refused request is retried.
type again = func(ctx context.Context, waited time.Duration) error

// A newFile is one file to be made, exactly once; see [console.Creation].
type newFile struct {
	files    *Files
	ticket   Ticket
	onTicket func(context.Context, Ticket) error
	send     func(ctx context.Context, again again) (*File, error) // the request that makes it
	resend   func() bool                                           // whether it may be retried if its outcome is unknown
	earlier  time.Time                                             // when an earlier request for it ended; zero: there was none
}

// create makes the file, or returns the one that was made already.
func (n newFile) create(ctx context.Context) (file *File, err error) {
	t := n.ticket
	sent := false
	c := n.creation()
	c.Ready = func(ctx context.Context, now time.Time) error {
		if t.Time.IsZero() {
			t.Time = now
		}
		if n.onTicket != nil {
			if err := n.onTicket(ctx, t); err != nil {
				return err
			}
		}
		sent = ctx.Err() == nil
		return nil
	}
	if t.UniqueName {
		earlier, give, err := n.files.client.names.Take(ctx, fmt.Sprint(t.ContainerID, " ", console.PlainName(t.fileName())))
		if err != nil {
			return nil, stoppedAt(StepRecord, t, err)
		}
		defer func() { give(sent) }()
		if c.Earlier.IsZero() {
			c.Earlier = earlier
		}
	}
	if file, err = c.Do(ctx); err != nil {
		return nil, stoppedAt(StepRecord, t, err)
	}
	return file, nil
}

func (n newFile) creation() *console.Creation[File] {
	c := &console.Creation[File]{
		Made: func(f *File) (string, time.Time) { return f.ID, f.CreatedAt },
		Ours: n.ticket.ours, Send: n.send, Resend: n.resend, Earlier: n.earlier, Since: n.ticket.Time,
	}
	if n.ticket.UniqueName {
		c.Proof = console.ByCaller
	}
	if n.ticket.fileName() != "" {
		c.Look = func(ctx context.Context, all bool) (console.Look[File], error) {
			return n.files.named(ctx, n.ticket, all)
		}
	}
	return c
}

// maxNamesakes bounds a look for a name that is not unique: a container may hold any number of files called "track.mp3".
const maxNamesakes = 5000

// named returns the files of the ticket's name; all of them, or those of the list's first page.
func (f *Files) named(ctx context.Context, t Ticket, all bool) (look console.Look[File], err error) {
	name := console.PlainName(t.fileName())
	o := ListFilesOptions{PerPage: console.AllPerPage, Search: console.SearchTerm(t.fileName())}
	fetch := func(ctx context.Context, number int) (*console.Page[File], error) {
		o := o
		o.Page = number
		page, now, err := f.page(ctx, o)
		if err != nil {
			return nil, err
		}
		look.Now = now
		if !all {
			page.LastPage = number
		}
		return (*console.Page[File])(page), nil
	}
	seen := 0
	for file, err := range console.All(ctx, 1, fetch, func(f *File) string { return f.ID }) {
		if err != nil {
			return console.Look[File]{}, err
		}
		if seen++; seen > maxNamesakes && !t.UniqueName {
			return console.Look[File]{}, fmt.Errorf("acrcloud: more than %d files have %q in their name", maxNamesakes, o.Search)
		}
		if console.PlainName(file.Name) == name && (t.UniqueName || t.ours(file) == nil) {
			look.Things = append(look.Things, file)
		}
	}
	return look, nil
}

// decodeFile makes the check of a request that creates a file. A response about several files, or about one of another container, does
// not say which file was made.
func decodeFile(file **File, containerID int) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		var made *File
		several := false
		err := console.One(new(*File), func(f *File) bool { // it looks at all of them
			switch {
			case f.ID == "":
			case made == nil:
				made = f
			default:
				several = several || f.ID != made.ID
			}
			return false
		}, nil)(resp)
		switch {
		case made == nil:
			return err
		case several:
			return transport.NotJSON(resp, errors.New("the response is about several files"))
		case made.ContainerID != 0 && made.ContainerID != containerID:
			return transport.NotJSON(resp, fmt.Errorf("the response is about a file of container %d, not %d", made.ContainerID, containerID))
		}
		*file = made
		return nil
	}
}
