// Package sqlbatch keeps the jobs of package batch in a database: SQLite, in one file and without installation, or
// PostgreSQL.
//
//	store, err := sqlbatch.Open(ctx, "catalogue.db")
//	...
//	defer store.Close()
//	for outcome, err := range batch.Scan(ctx, files, items, &batch.Options{Store: store, Open: acrcloud.FromFile}) {
//
// A save is on disk when it returns. SQLite syncs its log at every commit, which concurrent saves share. PostgreSQL
// commits synchronously, whatever the server's default. Several processes may use one database at the same time.
//
// # Drivers
//
// It is a separate module, so that programs without a database do not depend on the drivers. modernc.org/sqlite is
// SQLite translated to Go. It needs no cgo and follows SQLite's releases. github.com/jackc/pgx is the most actively
// developed driver for PostgreSQL, and needs no C library. Package sqlitebatch has the former only.
//
// # Failures
//
// A change that fails has no effect, and saved data stays. A full disk, a directory that is not writable, a damaged
// file, a lock that another program holds for half a minute, and a read-only server end the run with an error that says
// what to do; the next run continues. A database of another container ([ErrOtherContainer]) or of a newer version
// ([ErrNewer]) is not changed. Do not keep an SQLite file on a network drive: locks and syncs do not work there. If the
// database is lost, each file is looked for by its name before it is created. Wait for batch.Options.Grace before the
// next run, so that lists show all files of the last one.
//
// # Several machines
//
// Processes that share a database can share more than its jobs: [Store.Limiter] is one rate for all of them,
// [Store.Deduplicator] makes them handle each callback once, and [Store.Notifier] passes a callback to the process that
// waits for the file, whichever process receives it. With an SQLite file the processes must be on one machine; with
// PostgreSQL they can be anywhere.
//
// # Tables
//
// People can read them, too, for example with the sqlite3 command. Times are Unix milliseconds.
//
//	acrcloud_jobs
//	  name        TEXT     the file's name in the container: the job's key, escaped as by batch.NameOf
//	  phase       TEXT     new, intent, waiting, done or failed
//	  due         INTEGER  when it is handed out next; NULL: its outcome was delivered, or an engine drives it
//	  rev         INTEGER  counts the saves
//	  file_id     TEXT     the file in the container; NULL: there is none yet
//	  failure     TEXT     the kind of failure; NULL: it has not failed
//	  entry       JSON     the rest of batch.Entry
//	  result      JSON     file: the scanned file with its results; failure: kind and error; NULL: it has not ended
//	  updated_at  INTEGER  the last save
//	acrcloud_marks
//	  name        TEXT     of a job that an earlier run added
//	  run         TEXT     the last run that read its key
//	acrcloud_meta
//	  name, value TEXT     schema: the version of these tables; container: whose jobs they are
//	acrcloud_limits
//	  name        TEXT     of a rate limiter
//	  free_at     INTEGER  the start of the last reserved slot, in microseconds
//	  asked_at    INTEGER  when that slot was reserved, in microseconds
//	acrcloud_events
//	  event       TEXT     webhook.Event.Key, or a hash of it
//	  holder      TEXT     the Deduplicator whose process is handling it; NULL: it is done
//	  until       INTEGER  when the row expires
//	acrcloud_callbacks
//	  file_id     TEXT     in lower case, or a hash of it
//	  container   INTEGER  0: the callback did not name it
//	  called_at   INTEGER  when the last callback came, in microseconds
//
// The number of jobs in each phase, and the titles that were found most often:
//
//	SELECT phase, count(*) FROM acrcloud_jobs GROUP BY phase;
//	SELECT m.value->>'$.result.title' AS title, count(*) AS files FROM acrcloud_jobs, json_each(result, '$.file.results.music') AS m
//	GROUP BY title ORDER BY files DESC LIMIT 20;
package sqlbatch
