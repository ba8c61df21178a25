package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes: 2 is that of package flag, 130 that of shells for Ctrl-C.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitInterrupted = 130
)

// Main runs a program and exits with its code. Ctrl-C ends its context.
func Main(run func(ctx context.Context, args []string, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program immediately
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Parse parses a command line. If ok is false, the program ends with the code: after -help, or because the command line
// is not valid.
func Parse(flags *flag.FlagSet, args []string, valid func() bool) (code int, ok bool) {
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return ExitOK, false
	case err != nil:
		return ExitUsage, false
	case !valid():
		flags.Usage()
		return ExitUsage, false
	}
	return ExitOK, true
}

// End returns the exit code of a program that has ended with err, after it has printed why.
func End(ctx context.Context, stderr io.Writer, name string, err error) int {
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		_, _ = fmt.Fprintln(stderr, name+": stopped")
		return ExitInterrupted
	}
	_, _ = fmt.Fprintln(stderr, name+":", err)
	return ExitFailed
}
