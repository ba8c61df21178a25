package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// A signalError is why a program was told to stop.
type signalError struct{ syscall.Signal }

func (e signalError) Error() string { return e.String() }

// interruptible returns a context that ends with the first signal to stop; the second one ends the program at once, as if nobody had
// listened. A closed pipe is no signal here: writing to it is an error, so that the program can tidy up.
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
