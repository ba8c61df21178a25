// Package riverbatch runs the jobs of package batch on River (https://riverqueue.com), a job queue in PostgreSQL or
// SQLite. The same code runs in one process or in many, on one machine or on many.
//
//	store, err := riverbatch.Open(ctx, "uploads.db") // or the URL of a PostgreSQL database
//	...
//	stepper, err := batch.NewStepper(client.Files(cfg.ContainerID), store, &batch.Options{Open: acrcloud.FromFile})
//	...
//	jobs, err := riverbatch.New(riverbatch.Driver(store), stepper, nil)
//	...
//	err = jobs.Start(ctx)                                            // in a worker
//	_, err = jobs.Enqueue(ctx, batch.Item{Key: "17", Ref: "17.wav"}) // where uploads arrive
//	handler, err := webhook.NewHandler(jobs.Called, ...)             // where callbacks arrive
//
// # Journal and queue
//
// The journal of package batch makes sure that each file is created once. River only decides which job is next. Both
// are in one database, so [Client.EnqueueTx] writes a row of the application, the entry of the journal and River's job
// in one transaction. [Open] and [Migrate] create all tables.
//
// Each step is a run of a River job of the kind acrcloud_step. If a job has to wait, the step snoozes it; the last step
// completes it; after an error River retries it with backoff. A job that failed is cancelled: its row stays in River's
// table with the error, and the journal keeps the typed error for batch.Failures. [Client.Retry] tries it again. A
// callback on any machine wakes the job. Without a callback the file is checked after two seconds, and then less and
// less often: the interval is an eighth of the time that the file has been processed, and 15 minutes at most.
//
// # Traps
//
// River's defaults suit jobs of any kind. The following ones would cause harm here, and are changed:
//
//   - Rescue: River has no heartbeat, and rescues the job of a dead process one hour after its start. Here each process
//     confirms its running steps four times per Config.RescueAfter. So a dead process loses its jobs after a minute, and
//     a live one may upload for hours.
//   - Timeout: River ends a job after a minute, and never rescues one without a timeout. Here River sees RescueAfter as
//     the timeout, but only uses it for the rescue; Config.StepTimeout limits the step itself.
//   - Unique keys: River forgets the key of a completed job. Here uniqueness only prevents two live jobs for one key.
//     The journal remembers the key for good.
//   - Snoozes: a snooze must not use up an attempt. It does not in the versions of River that this module requires.
//   - Outages: each error of an outage would use up an attempt, and the backoff would delay the jobs long after it. Here
//     steps are postponed after several consecutive failures, and one step per process probes at growing intervals, once
//     a minute at most. No job dies in an outage. While the database is away, no process seems dead: after that, each has
//     the time to confirm its steps before any is rescued.
//   - Outcomes: River discards a job after its last attempt, and nobody gets its outcome. Here Config.Done is called until
//     it succeeds, without counting attempts, and a panic counts as an error.
//   - Crashes: a job that kills its process would be retried together with the same neighbours, and kill them each time.
//     Here rescued jobs run one at a time in each process, and fail as batch.FailureCrash after Config.MaxCrashes.
//   - SQLite: it has one writer, and others wait in no order, so River recommends a single connection. Here River, the
//     journal and the application share one connection for writing, that of sqlbatch.Store.DB, and reads of the journal
//     have their own, so they cannot block each other. Several processes may share the file, but one is enough.
//   - Wake-ups: River finds a retried job by polling once a second. Here its clients are notified at once.
//   - Unknown jobs: River fetches jobs of unknown kinds, and uses up their attempts. Here it does not, and a job or an
//     entry of a newer version waits for a process of that version.
//   - Retention: River deletes dead jobs after a day or a week. Here they stay.
//   - Output: River logs to standard output. Here nothing is logged without a Config.Logger.
//
// River's leader maintains all jobs in its table, also those of other applications. If an application uses River for
// other jobs too, share one client through Config.River, or use another schema.
//
// # Failures
//
// No loss leads to a second bill. If rows are missing in River's table, [Client.Requeue] restores them from the journal;
// one process does so every hour. If the database is lost, wait for batch.Options.Grace and enqueue all items again:
// each file is found by its name. The same holds for a database that was restored from a backup.
package riverbatch
