package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// policy is what people may upload. The form checks the size and the format, for an answer at once; workers check all of
// it again, on exactly the bytes that are sent.
func policy(megabytes int64) *filescan.UploadPolicy {
	return &filescan.UploadPolicy{MaxBytes: megabytes << 20}
}

// form is what a request may have beside the file.
const form = 1 << 20

// receiveUpload handles the upload form. The order is: store the content, then write the row and the job in one
// transaction, then respond. If the process dies in between, there is content without a row, which costs disk space only.
func (a *app) receiveUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, &steady{r.Body, http.NewResponseController(w)}, a.policy.MaxBytes+form)
	sent, part, err := formOf(r)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	u := upload{Name: nameOf(part.FileName()), Created: time.Now()}
	if u.ID, err = store(a.dir, sent, part); err != nil {
		a.refuse(w, r, err)
		return
	}
	if err := a.db.add(r.Context(), a.jobs, u); err != nil {
		a.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/uploads/"+u.ID, http.StatusSeeOther)
}

// stall is how long an upload may make no progress.
const stall = time.Minute

// steady ends uploads that make no progress. One that is slow may take its time.
type steady struct {
	io.ReadCloser
	connection *http.ResponseController
}

func (s *steady) Read(p []byte) (int, error) {
	_ = s.connection.SetReadDeadline(time.Now().Add(stall)) // without deadlines there are none
	return s.ReadCloser.Read(p)
}

// formOf returns the number of the form, and its file, to be read once.
func formOf(r *http.Request) (sent string, file *multipart.Part, err error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return "", nil, errNoFile
	}
	for {
		part, err := reader.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil, errNoFile
		case err != nil:
			return "", nil, err
		case part.FormName() == "form":
			text, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return "", nil, err
			}
			sent = string(text)
		case part.FormName() == "file" && part.FileName() != "":
			return sent, part, nil
		}
	}
}

// maxName is the most characters of a name.
const maxName = 200

// nameOf is the name of an upload, made safe for any place where it is shown.
func nameOf(file string) string { return text.Truncate(text.Terminal(file), maxName) }

// What is wrong with an upload.
var (
	errNoFile = errors.New("choose a file first")
	errFormat = errors.New("this is neither audio nor video in a known format")
)

// store writes an upload to disk, and returns its id, which is that of the form and the content: a form that is sent again, by a second click
// or after an interruption, is the same upload, and is not billed again. The content appears under its id when it is complete.
func store(dir, sent string, content io.Reader) (id string, err error) {
	f, err := os.CreateTemp(dir, "incoming-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), content)
	if err == nil {
		err = check(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	if sent == "" { // not from the form
		sent = rand.Text()
	}
	sum.Write([]byte(sent))
	id = base32.StdEncoding.EncodeToString(sum.Sum(nil))[:26]
	if err := os.Rename(f.Name(), filepath.Join(dir, id)); err != nil {
		return "", err
	}
	return id, syncDir(dir)
}

// syncDir makes names in a directory outlast a power failure.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // has no such call
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // the program's own
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
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
