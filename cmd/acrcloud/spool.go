package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
)

// A spool keeps a list of any length in a temporary file.
type spool[T any] struct {
	file    *os.File
	buffer  *bufio.Writer
	encoder *json.Encoder
}

// temporary creates a file that is removed when it is closed with remove, or immediately if the system allows that.
func temporary() (*os.File, func() error, error) {
	f, err := os.CreateTemp("", "acrcloud-*")
	if err != nil {
		return nil, nil, err
	}
	if os.Remove(f.Name()) == nil {
		return f, f.Close, nil
	}
	return f, func() error { return errors.Join(f.Close(), os.Remove(f.Name())) }, nil
}

func newSpool[T any]() (*spool[T], func() error, error) {
	f, remove, err := temporary()
	if err != nil {
		return nil, nil, err
	}
	s := &spool[T]{file: f, buffer: bufio.NewWriter(f)}
	s.encoder = json.NewEncoder(s.buffer) // it changes text that is not valid UTF-8
	return s, remove, nil
}

func (s *spool[T]) add(item T) error { return s.encoder.Encode(item) }

// all reads the list from its beginning. Nothing may be added after that.
func (s *spool[T]) all() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := s.buffer.Flush(); err != nil {
			yield(none, err)
			return
		}
		decoder := json.NewDecoder(bufio.NewReader(io.NewSectionReader(s.file, 0, 1<<62)))
		for {
			var item T
			err := decoder.Decode(&item)
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}
