package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// saveFile writes a file completely or not at all. name is called after everything is written, and may choose the path
// in the folder accordingly.
func saveFile(dir string, write func(io.Writer) error, name func() (string, error)) (path string, err error) {
	f, err := os.OpenFile(filepath.Join(dir, ".acrcloud-"+rand.Text()[:12]+".part"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) //nolint:gosec // as any file that a command makes
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	buffered := bufio.NewWriterSize(f, 64<<10)
	if err = write(buffered); err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return "", err
	}
	if path, err = name(); err != nil {
		return "", err
	}
	path = filepath.Join(dir, path)
	return path, os.Rename(f.Name(), path)
}

// exists reports whether a path exists.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
