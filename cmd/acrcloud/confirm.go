package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
)

// confirm asks a question on a terminal, unless yes is set. Without a terminal, it returns an error.
func (p *program) confirm(ctx context.Context, yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	question := fmt.Sprintf(format, args...)
	if terminal(p.in) == nil || p.progress.w == nil {
		return usagef("%s There is no terminal to ask on: confirm with --yes", question)
	}
	p.progress.clear()
	_, _ = fmt.Fprintf(p.err, "%s [y/N] ", question)
	answered := make(chan string, 1)
	go func() { // a read from a terminal cannot be stopped
		line, _ := bufio.NewReader(p.in).ReadString('\n') // end of input does not mean yes
		answered <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(p.err)
		return ctx.Err()
	case answer := <-answered:
		if answer == "y" || answer == "yes" {
			return nil
		}
		return usagef("nothing was done: the answer was not yes")
	}
}

// environment returns the value of a variable, and whether it is set and not empty.
func environment(name string) (string, bool) {
	value := os.Getenv(name)
	return value, value != ""
}
