package report

import (
	"errors"
	"io"
	"os"
)

// A spool keeps what is written for later: in memory up to spoolMemory, then in a temporary file.
type spool struct {
	chunks [][]byte // so that growing does not copy
	file   *os.File
	size   int // in bytes
}

const (
	spoolMemory = 1 << 20
	spoolChunk  = 64 << 10
)

// Write implements [io.Writer].
func (s *spool) Write(p []byte) (int, error) {
	s.size += len(p)
	if s.file == nil && s.size <= spoolMemory {
		for rest := p; len(rest) > 0; {
			last := len(s.chunks) - 1
			if last < 0 || len(s.chunks[last]) == cap(s.chunks[last]) {
				s.chunks = append(s.chunks, make([]byte, 0, max(spoolChunk, len(rest))))
				continue
			}
			n := min(len(rest), cap(s.chunks[last])-len(s.chunks[last]))
			s.chunks[last] = append(s.chunks[last], rest[:n]...)
			rest = rest[n:]
		}
		return len(p), nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "acrcloud-report-*")
		if err != nil {
			return 0, err
		}
		s.file = f
	}
	return s.file.Write(p)
}

// copyTo writes everything to w.
func (s *spool) copyTo(w io.Writer) error {
	for _, chunk := range s.chunks {
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
	if s.file == nil {
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

// close removes the temporary file.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
