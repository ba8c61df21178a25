// Package batch scans many files, each exactly once, even across crashes.
//
//	for outcome, err := range batch.Scan(ctx, files, batch.Dir("catalogue", nil), &batch.Options{Store: store, Open: acrcloud.FromFile}) {
//		if err != nil {
//			return err // the run ended; the same call resumes it
//		}
//		fmt.Println(outcome.Key, outcome.Err)
//	}
//
// # Exactly once
//
// ACRCloud bills each file that is created, and accepts the same content any number of times. So each job has a key,
// its file is named after the key ([NameOf]), and a journal keeps the phase of the job:
//
//	new ──────────▶ intent ─────────▶ waiting ──────▶ done, failed
//	  presign, store,  the request that   states, results
//	  look for the     bills
//	  name
//
// An [Entry] in PhaseIntent is saved before the billed request is sent. Saves compare revisions, so only one process
// succeeds. A process that finds an intent knows that the request may have been processed. It waits until no process
// can still be sending it and lists are up to date (Options.PostTimeout and Options.Grace), and then looks for a file
// with the name. Only if there is none, it creates the file, from the content that is stored already. If the store is
// lost, the next run looks for each file by its name first, and nothing is billed twice.
//
// # Requirements
//
// Keys must be unique in the container, and no other program may create files with these names. The journal must not
// lose what it saved. A new file must appear in lists within the grace; how long the service takes is not known. One
// case remains that no journal can prevent: if the system suspends a process right before its request leaves, for
// longer than the grace, the file can be billed twice. This is detected: two files with one name are an error, and no
// result is returned for them.
//
// # Running jobs
//
// [Scan] runs the jobs in this process. A [Stepper] runs single steps, for a queue or a workflow engine that drives the
// jobs. The engine may deliver a job more than once: the journal keeps it from being billed twice.
package batch
