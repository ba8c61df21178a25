package filescan

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/multipart"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// maxMultipart is the size from which the service wants presigned uploads.
const maxMultipart = 500_000_000

func (u *upload) checkMultipart() error {
	if u.content.Size() < u.limit {
		return nil
	}
	return &acrcloud.ArgumentError{Field: "UploadOptions.Method", Problem: fmt.Sprintf("cannot be Multipart for %d bytes", u.content.Size()), Remedy: "the service takes less than 500 MB in a form: use Presigned, or Auto"}
}

// multipart sends everything in one form.
func (u *upload) multipart(ctx context.Context, base string) (*File, error) {
	if err := u.checkMultipart(); err != nil {
		return nil, err
	}
	fields := []multipart.Field{{Name: "data_type", Value: string(u.opts.DataType)}}
	if u.ticket.Name != "" {
		fields = append(fields, multipart.Field{Name: "name", Value: u.ticket.Name})
	}
	form, err := multipart.New(fields, multipart.File{Field: "file", Name: u.ticket.Filename, ContentType: u.contentType})
	if err != nil {
		return nil, err
	}
	return newFile{
		files: u.files, ticket: u.ticket, onTicket: u.opts.OnTicket,
		resend: func() bool { return u.opts.ResendIfUnsure && u.content.Repeatable() },
		send: func(ctx context.Context, again again) (file *File, err error) {
			header := http.Header{"Content-Type": {form.ContentType()}}
			header.Set("Expect", "100-continue") // a refusal comes before the content is sent
			_, err = u.files.client.api.Send(ctx, &transport.Request{
				Op: "files.upload", Cost: transport.Billed, Method: http.MethodPost, URL: base, Header: header, Body: u.body(form),
				Check: u.files.decodeFile(&file), BeforeRetry: again,
			})
			return file, err
		},
	}.create(ctx)
}

// containerSet remembers containers for a while, since what was found out about them may change.
type containerSet struct{ until sync.Map } // by id

const containerMemory = time.Hour

func (s *containerSet) add(id int) { s.until.Store(id, time.Now().Add(containerMemory)) }

func (s *containerSet) has(id int) bool {
	until, ok := s.until.Load(id)
	return ok && time.Now().Before(until.(time.Time)) //nolint:errcheck,forcetypeassert // nothing else is in it
}
