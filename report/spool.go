package report

import (
	"errors"
	"io"
	"os"
)

// A spool keeps what is written until it is asked for: in memory, and from spoolMemory on in a temporary file.
type spool struct {
	head []byte
	file *os.File
	size int // in bytes
}

const spoolMemory = 1 << 20

// Write implements [io.Writer].
func (s *spool) Write(p []byte) (int, error) {
	s.size += len(p)
	if s.file == nil && len(s.head)+len(p) <= spoolMemory {
		s.head = append(s.head, p...)
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
	if _, err := w.Write(s.head); err != nil {
		return err
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
