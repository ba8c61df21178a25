//go:build unix

// Package pgtest runs a PostgreSQL server of the tests' own, on a socket in a temporary folder.
package pgtest

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
	"time"
)

// A Cluster is a server that runs. Make one with [Start].
type Cluster struct {
	binaries, folder string
	attributes       *syscall.SysProcAttr
	databases        atomic.Int64

	mu     sync.Mutex
	server *exec.Cmd
	ended  chan struct{}
}

// Start starts a server with an empty cluster. It is ended by Stop.
func Start() (*Cluster, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	c := &Cluster{binaries: binaries, folder: folder, attributes: &syscall.SysProcAttr{Setpgid: true}}
	if os.Getuid() == 0 { // the server refuses to run as root
		if err := c.asPostgres(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(folder))
		}
	}
	if err := c.run("initdb", "-D", c.data(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := c.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return c, nil
}

// findBinaries returns the folder of PostgreSQL's server programs.
func findBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // the other programs are beside the real one
			return filepath.Dir(path), nil
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb", "/usr/local/opt/postgresql*/bin/initdb"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return filepath.Dir(found[len(found)-1]), nil
		}
	}
	return "", errors.New("PostgreSQL is not installed, and this is tested with the real one: install its server, for example with 'apt-get install postgresql'")
}

func (c *Cluster) asPostgres() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	c.attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(c.folder, int(uid), int(gid))
}

func (c *Cluster) data() string { return filepath.Join(c.folder, "data") }

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.binaries, name), args...) //nolint:gosec,noctx // it ends with the tests
	cmd.Dir, cmd.SysProcAttr, cmd.Env = c.folder, c.attributes, []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	return cmd
}

func (c *Cluster) run(name string, args ...string) error {
	if out, err := c.command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// start starts the server and waits for it.
func (c *Cluster) start() error {
	log, err := os.OpenFile(filepath.Join(c.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server has its own
	server := c.command("postgres", "-D", c.data(), "-k", c.folder, "-c", "listen_addresses=", "-c", "max_connections=200")
	server.Stderr = log
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Wait() // how it ends is in its log
	}()
	c.server, c.ended = server, ended
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for c.command("pg_isready", "-q", "-h", c.folder, "-U", "postgres").Run() != nil {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ended:
			out, err := os.ReadFile(log.Name())
			return errors.Join(fmt.Errorf("the server has ended:\n%s", out), err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// DSN returns the address of a database.
func (c *Cluster) DSN(database string) string {
	return fmt.Sprintf("host=%s user=postgres dbname=%s", c.folder, database)
}

// Create makes a database and returns its address.
func (c *Cluster) Create() (dsn string, err error) {
	name := fmt.Sprintf("t%d", c.databases.Add(1))
	if err := c.run("createdb", "-h", c.folder, "-U", "postgres", name); err != nil {
		return "", err
	}
	return c.DSN(name), nil
}

// Exec runs a statement in a database, in autocommit.
func (c *Cluster) Exec(database, statement string) error {
	return c.run("psql", "-h", c.folder, "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-q", "-c", statement)
}

// Restart ends the server in immediate mode, as a crash would, and starts it again.
func (c *Cluster) Restart() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.server.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-c.ended
	return c.start()
}

// Stop ends the server and removes what it has written.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.server.Process.Signal(syscall.SIGINT) // without waiting for connections
	<-c.ended
	return os.RemoveAll(c.folder)
}
