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
