// Package sqlbatch keeps the jobs of package batch in a database: SQLite in one file, with nothing to install, or PostgreSQL.
//
//	store, err := sqlbatch.Open(ctx, "catalogue.db")
//	...
//	defer store.Close()
//	for outcome, err := range batch.Scan(ctx, files, items, &batch.Options{Store: store, Open: acrcloud.FromFile}) {
//
// A save is on the disk when it returns: SQLite syncs its log at every commit, saves that come at the same time share one, and PostgreSQL
// commits synchronously, whatever the server's default is. Several processes may use one database at the same time.
//
// # Why these
//
// It is a module of its own, since two database drivers are no business of those who only scan files. modernc.org/sqlite is SQLite itself,
// translated to Go: no cgo, so it builds everywhere Go does, and it is kept up to date with SQLite's releases. github.com/jackc/pgx is the
// driver of PostgreSQL that is developed most actively; it needs no C library either.
//
// # What can go wrong
//
// A change that fails was not made, and what was saved stays. A full disk, a folder that cannot be written, a damaged file, a lock that
// another program keeps for half a minute and a server that is read-only end the run with an error that says so and what to do; the same run
// again goes on. A database of another container ([ErrOtherContainer]) or of a newer version ([ErrNewer]) is left as it is. Do not keep an
// SQLite file on a network drive: locks and syncs do not work there. A database that is lost is no disaster either: each file is looked
// for by its name before it is made. Only wait with the next run for as long as batch.Options.Grace, so that lists show what the last one
// has made.
//
// # Tables
//
// They are made for people to read, too, such as with the sqlite3 command. Times are Unix milliseconds in UTC.
//
//	acrcloud_jobs
//	  name        TEXT     the file's name in the container: the job's key, escaped as by batch.NameOf
//	  phase       TEXT     new, intent, waiting, done or failed
//	  due         INTEGER  when it is handed out next; NULL: its outcome was delivered
//	  rev         INTEGER  counts the saves
//	  file_id     TEXT     the file in the container; NULL: there is none yet
//	  failure     TEXT     the kind of failure; NULL: it has not failed
//	  entry       JSON     the rest of batch.Entry
//	  result      JSON     file: the scanned file with its results; failure: kind and error; NULL: it has not ended
//	  updated_at  INTEGER  the last save
//	acrcloud_meta
//	  name, value TEXT     schema: the version of these tables; container: whose jobs they are
//	acrcloud_limits
//	  name        TEXT     of a rate limiter
//	  free_at     INTEGER  until when its calls are spoken for, in microseconds
//
// How many jobs have come how far, and the titles that were found most:
//
//	SELECT phase, count(*) FROM acrcloud_jobs GROUP BY phase;
//	SELECT m.value->>'$.result.title' AS title, count(*) AS files FROM acrcloud_jobs, json_each(result, '$.file.results.music') AS m
//	GROUP BY title ORDER BY files DESC LIMIT 20;
package sqlbatch
