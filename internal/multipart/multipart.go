// Package multipart builds multipart/form-data bodies around one file whose length is known beforehand: a head, the file as
// it is read, a tail. Nothing is buffered and nothing is chunked.
package multipart

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/textproto"
)

// A Field is a plain form field.
type Field struct{ Name, Value string }

// A File describes the part that carries the file.
type File struct{ Field, Name, ContentType string }

// A Form is a body but for the file's content. It can be read any number of times.
type Form struct {
	head, tail  []byte
	contentType string
}

// New renders the fields, in order, and the file's part header.
func New(fields []Field, file File) (*Form, error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, f := range fields {
		if err := w.WriteField(f.Name, f.Value); err != nil {
			return nil, err
		}
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition(file.Field, file.Name))
	header.Set("Content-Type", file.ContentType)
	if _, err := w.CreatePart(header); err != nil {
		return nil, err
	}
	n := buf.Len()
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &Form{head: buf.Bytes()[:n:n], tail: buf.Bytes()[n:], contentType: w.FormDataContentType()}, nil
}

// ContentType is the value of the Content-Type header, with the boundary.
func (f *Form) ContentType() string { return f.contentType }

// HeadLength is the number of bytes before the file's.
func (f *Form) HeadLength() int64 { return int64(len(f.head)) }

// Length is the number of bytes of the whole body around a file of size bytes.
func (f *Form) Length(size int64) int64 { return f.HeadLength() + size + int64(len(f.tail)) }

// Reader reads the whole body. If reading the file fails, the body ends there, with that error and without its tail: no
// server can take what it has got for complete.
func (f *Form) Reader(file io.Reader) io.Reader {
	return io.MultiReader(bytes.NewReader(f.head), file, bytes.NewReader(f.tail))
}
