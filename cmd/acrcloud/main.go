// Command acrcloud scans files for music, identifies samples, logs what stations play, manages containers, buckets and
// projects, receives callbacks, finds out what is wrong with credentials, and runs a mock of ACRCloud. See
// docs/command.md.
package main

import (
	"context"
	"io"
	"os"
)

func main() {
	ctx, stop := interruptible(context.Background())
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := newProgram(stdin, stdout, stderr, cancel)
	root := p.root() //nolint:contextcheck // each command is given the context when it runs
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	p.progress.clear()
	return p.exit(ctx, err)
}
