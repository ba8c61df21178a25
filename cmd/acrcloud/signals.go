package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// A signalError is the signal that ended a program.
type signalError struct{ syscall.Signal }

func (e signalError) Error() string { return e.String() }

// interruptible returns a context that ends with the first signal to stop. The second signal ends the program
// immediately, as if it was not caught. SIGPIPE does not count: a write to a closed pipe returns an error, so that the
// program can clean up.
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		select {
		case s := <-signals:
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			if s, ok := s.(syscall.Signal); ok {
				cancel(signalError{s})
				return
			}
			cancel(context.Canceled)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
