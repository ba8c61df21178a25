// Package batch scans many files, each exactly once, over crashes.
//
//	for outcome, err := range batch.Scan(ctx, files, batch.Dir("catalogue", nil), &batch.Options{Store: store, Open: acrcloud.FromFile}) {
//		if err != nil {
//			return err // the run has ended; the same call again goes on
//		}
//		fmt.Println(outcome.Key, outcome.Err)
//	}
//
// # What happens once
//
// Making a file is what ACRCloud bills, and the service takes the same content again and again. So each job has a key, the file is named
// after it ([NameOf]), and a journal says how far the job has come:
//
//	new ──────────▶ intent ─────────▶ waiting ──────▶ done, failed
//	  presign, store,  the request that   states, results
//	  look for the     bills
//	  name
//
// An [Entry] in PhaseIntent is saved before the request that bills is sent, and a save succeeds for one process only, since it compares
// revisions. A process that finds an intent knows that the request may have been processed. It waits until nobody can be sending it any
// more and lists have caught up (Options.PostTimeout and Options.Grace), and looks for a file of the name. Only if there is none is the file
// made, of the content that is stored already. A store that is lost costs a look at each file, and no bill: the name is looked for before
// every request that bills.
//
// # What it rests on
//
// Keys must be unique in the container, and no other program may make files of these names. The journal must keep what it has saved. Lists
// must have a new file within the grace; how long that takes the service is not known. And one thing no journal prevents: a process that is
// stopped by the system after its last look at the clock and before its request leaves, and goes on after more than the grace, can bill a
// file twice. It is found: two files of one name are an error, and no result is returned for them.
//
// # Who drives it
//
// [Scan] runs the jobs in this process. A [Stepper] takes the steps one by one, for a queue or a workflow engine to drive: whatever it
// promises about delivering each job once does not matter, the journal decides.
package batch
