package main

import (
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// policy is what people may upload. The form checks the size and the format, for an answer at once; workers check all of
// it again, on exactly the bytes that are sent.
func policy(megabytes int64) *filescan.UploadPolicy {
	return &filescan.UploadPolicy{MaxBytes: megabytes << 20}
}

// form is what a request may have beside the file.
const form = 1 << 20

// receiveUpload handles the upload form. The order is: store the content, then write the row and the job in one
// transaction, then answer. If the process dies in between, there is content without a row, which costs disk space only.
func (a *app) receiveUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, a.policy.MaxBytes+form)
	part, err := filePart(r)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	u := upload{ID: rand.Text(), Name: part.FileName(), Created: time.Now()}
	u.Path = filepath.Join(a.dir, u.ID)
	if err := store(u.Path, part); err != nil {
		a.refuse(w, r, err)
		return
	}
	if err := a.db.add(r.Context(), a.jobs, u); err != nil {
		a.fail(w, r, errors.Join(err, os.Remove(u.Path)))
		return
	}
	http.Redirect(w, r, "/uploads/"+u.ID, http.StatusSeeOther)
}

// filePart returns the file of the form, to be read once.
func filePart(r *http.Request) (*multipart.Part, error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, errNoFile
	}
	for {
		part, err := reader.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errNoFile
		case err != nil:
			return nil, err
		case part.FormName() == "file" && part.FileName() != "":
			return part, nil
		}
	}
}

// What is wrong with an upload.
var (
	errNoFile = errors.New("choose a file first")
	errFormat = errors.New("this is neither audio nor video in a known format")
)

// store writes an upload to disk. It appears under its name when it is complete.
func store(path string, content io.Reader) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "incoming-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = io.Copy(f, content)
	if err == nil {
		err = check(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// check checks the format of a stored upload.
func check(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	format, err := acrcloud.ReadFormat(f)
	if err == nil && !format.Known() {
		err = errFormat
	}
	return err
}

// refuse answers an upload that is not accepted.
func (a *app) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, message := http.StatusBadRequest, err.Error()
	tooLarge, isTooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case isTooLarge:
		status, message = http.StatusRequestEntityTooLarge, "the file is larger than "+megabytes(tooLarge.Limit-form)
	case errors.Is(err, errFormat):
		status = http.StatusUnsupportedMediaType
	case !errors.Is(err, errNoFile):
		a.fail(w, r, err)
		return
	}
	a.index(w, r, status, message)
}
