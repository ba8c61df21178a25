package sqlbatch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/internal/jobs"
)

// Open opens the store that dsn names, and creates or updates its tables.
//
// For PostgreSQL, dsn is its URL or a list of settings such as "host=/run/postgresql dbname=catalogue". For SQLite, it
// is the path of the file, which is created if needed; its directory must exist.
//
// If a newer version of this package created the database, the error matches [ErrNewer].
func Open(ctx context.Context, dsn string) (*Store, error) {
	dsn = strings.TrimSpace(dsn)
	switch {
	case dsn == "":
		return nil, &acrcloud.ArgumentError{Field: "dsn", Problem: "is empty", Remedy: "use the path of an SQLite file, or the URL of a PostgreSQL database"}
	case isPostgres(dsn):
		return openPostgres(ctx, dsn)
	default:
		return openSQLite(ctx, dsn, jobs.Busy)
	}
}

// isPostgres reports whether dsn is a URL or a list of settings, not a path.
func isPostgres(dsn string) bool {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return true
	}
	for part := range strings.FieldsSeq(dsn) {
		name, _, ok := strings.Cut(part, "=")
		switch {
		case !ok:
		case name == "host", name == "dbname", name == "service", name == "user":
			return true
		}
	}
	return false
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, &acrcloud.ArgumentError{Field: "dsn", Problem: "is not the address of a PostgreSQL database", Remedy: `use one such as "postgres://user@host/database"`} // err may show the password
	}
	if config.RuntimeParams == nil {
		config.RuntimeParams = map[string]string{}
	}
	config.RuntimeParams["synchronous_commit"] = "on" // if a crash of the server lost an intent, a file could be billed twice
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "acrcloud-go"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(jobs.Connections)
	db.SetMaxIdleConns(jobs.Connections)
	pool, err := newPool(ctx, dsn, config)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlbatch: creating a pool of connections: %w", err), db.Close())
	}
	s := &Store{dialect: postgres{config}, pool: pool}
	s.jobs, err = (&jobs.Store{Dialect: s.dialect, DB: db, Changes: db}).Begin(ctx)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

func openSQLite(ctx context.Context, path string, busy time.Duration, pragmas ...string) (*Store, error) {
	there, err := jobs.OpenSQLite(ctx, path, busy, pragmas...)
	if err != nil {
		return nil, err
	}
	return &Store{jobs: there, dialect: sqlite{}}, nil
}

// Close closes the database, after running calls have ended.
func (s *Store) Close() error {
	if s.table() == nil {
		return nil
	}
	s.background.close()
	if s.pool != nil {
		s.pool.Close()
	}
	return s.jobs.Close()
}
