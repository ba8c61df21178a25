package filescan

import (
	"context"
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// again is called before a refused request is retried.
type again = func(ctx context.Context, waited time.Duration) error

// A newFile is one file to create exactly once; see [console.Creation].
type newFile struct {
	files    *Files
	ticket   Ticket
	onTicket func(context.Context, Ticket) error
	send     func(ctx context.Context, again again) (*File, error) // the request that makes it
	resend   func() bool                                           // whether it may be retried if its outcome is unknown
	earlier  time.Time                                             // when an earlier request for it ended; zero: there was none
}

// create creates the file, or returns the one that exists already.
func (n newFile) create(ctx context.Context) (file *File, err error) {
	t := n.ticket
	c := n.creation()
	c.Ready = func(ctx context.Context, now time.Time) error {
		if t.Time.IsZero() {
			t.Time = now
		}
		if n.onTicket != nil {
			return n.onTicket(ctx, t)
		}
		return nil
	}
	if t.UniqueName {
		file, err = c.DoAlone(ctx, n.files.client.names, fmt.Sprint(t.ContainerID, " ", console.PlainName(t.fileName())))
	} else {
		file, err = c.Do(ctx)
	}
	if err != nil {
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
		c.Look = n.files.search(n.ticket).Look
	}
	return c
}

// search returns the search for the files with the ticket's name.
func (f *Files) search(t Ticket) console.NameSearch[File, string] {
	return console.NameSearch[File, string]{
		Name: t.fileName(), Unique: t.UniqueName, Key: func(f *File) string { return f.ID },
		Page: func(ctx context.Context, search string, number int) (*console.Page[File], time.Time, error) {
			page, now, err := f.page(ctx, ListFilesOptions{PerPage: console.AllPerPage, Search: search, Page: number})
			return (*console.Page[File])(page), now, err
		},
		Match: func(file *File, name string) bool {
			return console.PlainName(file.Name) == name && (t.UniqueName || t.ours(file) == nil)
		},
	}
}

// decodeFile returns the check of a request that creates a file. A response about several files, or about a file of
// another container, does not identify the created file.
func (f *Files) decodeFile(file **File) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		var made *File
		if err := console.Made(&made, func(f *File) string { return f.ID })(resp); err != nil {
			return err
		}
		if !f.mayHold(made) {
			return transport.NotJSON(resp, fmt.Errorf("the response is about a file of container %d, not %d", made.ContainerID, f.containerID))
		}
		*file = made
		return nil
	}
}
