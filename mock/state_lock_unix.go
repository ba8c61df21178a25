//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mock

import (
	"errors"
	"os"
	"syscall"
)

// lockState prevents other processes from using a state file, until unlock is called or the process ends.
func lockState(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // beside a file that the program names
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errors.New("another server uses it: stop that server, or use another path")
		}
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
