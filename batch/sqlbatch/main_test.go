package sqlbatch_test

import (
	"os"
	"testing"
)

// childEnv says what the test binary does when a test starts it by itself.
const childEnv = "SQLBATCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	code := m.Run()
	stopCluster()
	os.Exit(code)
}
