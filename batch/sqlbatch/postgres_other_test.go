//go:build !unix

package sqlbatch_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func stopCluster() {}

func child() int { return 1 }

// postgresDSN makes a database of a test's own on a server that the environment names.
func postgresDSN(tb testing.TB) string {
	tb.Helper()
	dsn := os.Getenv("PGTEST_DSN")
	require.NotEmpty(tb, dsn, "set PGTEST_DSN to an empty PostgreSQL database")
	return dsn
}
