package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/batch"
)

// An identity identifies a file in the journal and in the container. Different contents must never share one: the
// results of one would be shown for the other.
type identity struct {
	name string // of the file, for people
	hash string // of everything that distinguishes it
}

// sampleBytes is how much is read at either end of a file to identify it.
const sampleBytes = 64 << 10

// identityOf returns the identity of a file: its path, size and modification time, and the bytes at its ends. Reading
// all of it would add little certainty, and take as long as an upload from a slow disk.
func identityOf(path string) (identity, fs.FileInfo, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return identity{}, nil, err
	}
	id := identity{name: filepath.Base(absolute)}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\x00", absolute) // writing to a hash never fails
	info, err := sample(h, path)
	id.hash = short(h.Sum(nil))
	return id, info, err
}

// identityOfURL identifies what a URL names, as a file or as the page of a platform. The name is a part that is no secret.
func identityOfURL(address string, platform bool) identity {
	kind := "file"
	if platform {
		kind = "page"
	}
	sum := sha256.Sum256([]byte(kind + "\x00" + address))
	id := identity{name: "url", hash: short(sum[:])}
	if u, err := url.Parse(address); err == nil {
		id.name = path.Base(u.Path)
		if id.name == "/" || id.name == "." {
			id.name = u.Hostname()
		}
	}
	return id
}

// sample hashes what distinguishes one content of a file from another.
func sample(w io.Writer, path string) (fs.FileInfo, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read from
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a regular file")
	}
	_, _ = io.WriteString(w, versionOf(info)+"\x00")
	for _, at := range []int64{0, max(sampleBytes, info.Size()-sampleBytes)} {
		if _, err := io.Copy(w, io.NewSectionReader(f, at, sampleBytes)); err != nil {
			return nil, err
		}
	}
	return info, nil
}

// versionOf returns a string that normally changes when the content of a file does.
func versionOf(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
}

// short returns enough of a hash to distinguish files of one name in one container.
func short(sum []byte) string { return hex.EncodeToString(sum[:10]) }

// maxExtension is the longest extension that is kept as one.
const maxExtension = 12

// key returns the key of the file's job: its name with the hash before the extension. It has a number if the user has
// the file scanned several times.
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
