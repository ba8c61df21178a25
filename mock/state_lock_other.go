//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package mock

// lockState does nothing here: on Windows another process cannot replace an open file.
func lockState(string) (unlock func(), err error) { return func() {}, nil }
