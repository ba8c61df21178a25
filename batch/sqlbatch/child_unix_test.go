//go:build unix

package sqlbatch_test

import "os"

var children = map[string]func() int{"open": childOpen, "scan": childScan, "hold": childHold}

// child is what the test binary does in place of tests.
func child() int { return children[os.Getenv(childEnv)]() }
