// Package leftover finds goroutines that tests have left behind.
package leftover

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

// patience is how long goroutines that are ending may take; only what is left behind needs all of it.
const patience = 2 * time.Second

// Run runs the tests, and fails them if more goroutines run after them than before. It returns the exit code.
func Run(m *testing.M) int {
	before := runtime.NumGoroutine()
	code := m.Run()
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before && time.Now().Before(end); {
		runtime.Gosched()
	}
	n := runtime.NumGoroutine() - before
	fuzzing := flag.Lookup("test.fuzz").Value.String() != "" // the fuzzer has goroutines of its own
	if code != 0 || n <= 0 || fuzzing {
		return code
	}
	_, _ = fmt.Fprintf(os.Stderr, "%d goroutines are left\n", n)
	_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
	return 1
}
