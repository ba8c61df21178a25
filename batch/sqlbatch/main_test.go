package sqlbatch_test

import (
	"flag"
	"os"
	"testing"
)

// childEnv says what the test binary does when a test starts it by itself.
const childEnv = "SQLBATCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil { // these tests wait more than they compute
		panic(err)
	}
	code := m.Run()
	stopCluster()
	os.Exit(code)
}
