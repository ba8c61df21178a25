//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package mock

// lockState does nothing here: a file that is open cannot be replaced by another process on Windows.
func lockState(string) (unlock func(), err error) { return func() {}, nil }
