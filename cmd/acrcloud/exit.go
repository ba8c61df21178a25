package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// The exit codes. Scripts rely on them: docs/command.md lists them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2 // flags, arguments or configuration
	exitRisk        = 3 // --fail-on
	exitCredentials = 4
	exitUnknown     = 5 // a billed request may have been processed
	exitSignal      = 128
	exitPipe        = exitSignal + 13 // SIGPIPE, which has no number on some systems
)

const exitCodes = `Exit codes: 0 success; 1 failure; 2 wrong flags, arguments or configuration; 3 the risk of --fail-on was reached; 4 credentials are
missing or not accepted; 5 it is not known whether a billed request was processed; 128 and the number of a signal that ended the command,
such as 130 for Ctrl-C.`

// A usageError is a mistake in how the command was called.
type usageError struct {
	text    string
	command string // whose help to suggest; empty: none
}

func (e *usageError) Error() string {
	if e.command == "" {
		return e.text
	}
	return fmt.Sprintf("%s\nSee '%s --help'.", e.text, e.command)
}

func usagef(format string, args ...any) error { return &usageError{text: fmt.Sprintf(format, args...)} }

// A credentialsError reports missing credentials.
type credentialsError struct{ text string }

func (e *credentialsError) Error() string { return e.text }

// A riskError reports a file with at least the risk of --fail-on.
type riskError struct{ text string }

func (e *riskError) Error() string { return e.text }

// errReported ends the command with a failure that has already been reported.
var errReported = errors.New("failed")

// exit reports the error and returns the exit code.
func (p *program) exit(ctx context.Context, err error) int {
	if err == nil {
		err = p.out.err
	}
	if errors.Is(p.out.err, syscall.EPIPE) {
		return exitPipe // the reader of the output has closed it
	}
	if err == nil {
		return exitOK
	}
	if caught, ok := errors.AsType[signalError](context.Cause(ctx)); ok {
		if errors.Is(err, acrcloud.ErrOutcomeUnknown) {
			p.say("%v", err)
		}
		p.say("stopped: %v", caught)
		return exitSignal + int(caught.Signal)
	}
	if !errors.Is(err, errReported) {
		p.say("%s", strings.TrimSpace(err.Error()))
	}
	return exitCode(err)
}

func exitCode(err error) int {
	if _, ok := errors.AsType[*riskError](err); ok {
		return exitRisk
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*credentialsError](err); ok {
		return exitCredentials
	}
	switch {
	case errors.Is(err, acrcloud.ErrOutcomeUnknown):
		return exitUnknown
	case errors.Is(err, acrcloud.ErrCredentials):
		return exitCredentials
	case errors.Is(err, acrcloud.ErrInvalidArgument):
		return exitUsage
	}
	return exitFailed
}
