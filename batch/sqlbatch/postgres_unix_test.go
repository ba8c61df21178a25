//go:build unix

package sqlbatch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// postgresBinaries returns the folder of PostgreSQL's server programs.
func postgresBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb", "/usr/local/opt/postgresql*/bin/initdb"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return filepath.Dir(found[len(found)-1]), nil
		}
	}
	return "", errors.New("PostgreSQL is not installed, and this is tested with the real one: install its server, for example with 'apt-get install postgresql'")
}

// A cluster is a PostgreSQL server of the tests' own, on a socket in a temporary folder.
type cluster struct {
	folder string
	server *exec.Cmd
	ended  chan struct{}
}

var (
	theCluster   = sync.OnceValues(startCluster)
	clusterBegun atomic.Bool
	databases    atomic.Int64
)

func startCluster() (_ *cluster, err error) {
	clusterBegun.Store(true)
	binaries, err := postgresBinaries()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	c := &cluster{folder: folder, ended: make(chan struct{})}
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		if err := os.Chown(folder, int(uid), int(gid)); err != nil {
			return nil, err
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(binaries, name), args...) //nolint:gosec,noctx // it ends with the tests
		cmd.Dir, cmd.SysProcAttr, cmd.Env = folder, attributes, []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
		return cmd
	}
	data := filepath.Join(folder, "data")
	if out, err := command("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	c.server = command("postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=200")
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	c.server.Stderr = log
	if err := c.server.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.ended)
		_ = c.server.Wait()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for {
		db, err := pgx.Connect(ctx, c.dsn("postgres"))
		if err == nil {
			return c, db.Close(ctx)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-c.ended:
			out, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("the server has ended:\n%s", out)
		case <-ctx.Done():
			return nil, err
		}
	}
}

func (c *cluster) dsn(database string) string {
	return fmt.Sprintf("host=%s user=postgres dbname=%s", c.folder, database)
}

// stopCluster ends the server, if there is one.
func stopCluster() {
	if !clusterBegun.Load() {
		return
	}
	c, err := theCluster()
	if err != nil {
		return
	}
	_ = c.server.Process.Signal(syscall.SIGINT) // without waiting for connections
	<-c.ended
	_ = os.RemoveAll(c.folder)
}

// postgresDSN makes a database of a test's own.
func postgresDSN(tb testing.TB) string {
	tb.Helper()
	c, err := theCluster()
	require.NoError(tb, err)
	ctx := tb.Context()
	db, err := pgx.Connect(ctx, c.dsn("postgres"))
	require.NoError(tb, err)
	name := fmt.Sprintf("t%d", databases.Add(1))
	_, err = db.Exec(ctx, "CREATE DATABASE "+name)
	require.NoError(tb, err)
	require.NoError(tb, db.Close(ctx))
	return c.dsn(name)
}
