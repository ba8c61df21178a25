package main

import (
	"encoding/binary"
	"slices"
)

// wavHeader is the length of the header of the mock's WAV files.
const wavHeader = 44

// join appends one WAV file of the mock to another.
func join(first, second []byte) []byte {
	out := slices.Concat(first, second[wavHeader:])
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))          //nolint:gosec // less than a minute
	binary.LittleEndian.PutUint32(out[40:], uint32(len(out)-wavHeader)) //nolint:gosec // less than a minute
	return out
}
