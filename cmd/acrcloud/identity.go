package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// An identity is what a file is known by in the journal and in the container. Two contents must never share one: the result of the one
// would pass for that of the other.
type identity struct {
	name string // the file's own, to be recognised by people
	hash string // of all that tells it from others
}

// sampleBytes is how much is read at either end of a file for its identity.
const sampleBytes = 64 << 10

// identityOf reads what a file is known by: its path, size and time of modification, and what is at its ends. Reading all of it would tell as
// much as these do together, and take as long as an upload from a slow disk.
func identityOf(path string) (identity, fs.FileInfo, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return identity{}, nil, err
	}
	id := identity{name: filepath.Base(absolute)}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\x00", absolute) // a hash takes everything
	info, err := sample(h, path)
	id.hash = short(h.Sum(nil))
	return id, info, err
}

// sample hashes what tells one content of a file from another.
func sample(w io.Writer, path string) (fs.FileInfo, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("is no regular file")
	}
	_, _ = io.WriteString(w, versionOf(info)+"\x00")
	for _, at := range []int64{0, max(sampleBytes, info.Size()-sampleBytes)} {
		if _, err := io.Copy(w, io.NewSectionReader(f, at, sampleBytes)); err != nil {
			return nil, err
		}
	}
	return info, nil
}

// versionOf changes when the content of a file does, as a rule.
func versionOf(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
}

// short is enough of a hash for files of one name in one container.
func short(sum []byte) string { return hex.EncodeToString(sum[:10]) }

// maxExtension is how much of a name counts as its extension.
const maxExtension = 12

// key is that of the file's job: its name with the hash before the extension. The file may be scanned several times, on demand.
func (id identity) key(time int) string {
	mark := "." + id.hash
	if time > 1 {
		mark += "-" + strconv.Itoa(time)
	}
	extension := filepath.Ext(id.name)
	if len(extension) > maxExtension {
		extension = ""
	}
	for stem := strings.TrimSuffix(id.name, extension); ; {
		key := stem + mark + extension
		if _, err := batch.NameOf(key); err == nil || stem == "" {
			return key
		}
		_, size := utf8.DecodeRuneInString(stem)
		stem = stem[size:]
	}
}
