package report

import (
	"bufio"
	"errors"
	"io"
	"os"
	"sync"
)

// A spool keeps what is written for later: the first spoolMemory bytes in memory, the rest in a temporary file.
type spool struct {
	chunks []*chunk // so that growing does not copy
	file   *os.File
	out    *bufio.Writer // to the file
	size   int           // in bytes
}

const spoolMemory = 1 << 20

type chunk [64 << 10]byte

// chunks are reused, since most reports fill several.
//
//nolint:gochecknoglobals // a pool is shared by all that need one
var chunks = sync.Pool{New: func() any { return new(chunk) }}

// Write implements [io.Writer].
func (s *spool) Write(p []byte) (int, error) {
	rest := p
	for len(rest) > 0 && s.file == nil {
		used := s.size % len(chunk{})
		if used == 0 {
			if s.size == spoolMemory {
				f, err := os.CreateTemp("", "acrcloud-report-*")
				if err != nil {
					return len(p) - len(rest), err
				}
				s.file, s.out = f, bufio.NewWriterSize(f, len(chunk{}))
				break
			}
			s.chunks = append(s.chunks, chunks.Get().(*chunk)) //nolint:errcheck // nothing else is in it
		}
		n := copy(s.chunks[len(s.chunks)-1][used:], rest)
		s.size += n
		rest = rest[n:]
	}
	if len(rest) == 0 {
		return len(p), nil
	}
	n, err := s.out.Write(rest)
	s.size += n
	return len(p) - len(rest) + n, err
}

// copyTo writes everything to w.
func (s *spool) copyTo(w io.Writer) error {
	left := min(s.size, spoolMemory)
	for _, c := range s.chunks {
		n := min(left, len(c))
		if _, err := w.Write(c[:n]); err != nil {
			return err
		}
		left -= n
	}
	if s.file == nil {
		return nil
	}
	if err := s.out.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

// close releases the memory and removes the temporary file.
func (s *spool) close() error {
	for _, c := range s.chunks {
		chunks.Put(c)
	}
	s.chunks = nil
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
