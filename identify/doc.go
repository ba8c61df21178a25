// Package identify recognises samples of audio through ACRCloud's Identification API.
//
//	client, err := identify.New(cfg) // IdentifyHost, IdentifyAccessKey, IdentifyAccessSecret
//	result, err := client.Identify(ctx, identify.Audio(acrcloud.FromFile("sample.wav")))
//	if err != nil {
//		return err // its text says what to do
//	}
//	if best := result.Best(); best != nil {
//		fmt.Println(best.Title, best.Artists, best.Score)
//	}
//
// # Samples
//
// A [Sample] is a file ([Audio]), raw audio ([PCM]), or a fingerprint that ACRCloud's own tools have made ([Fingerprint], [Humming]).
// The service analyses about 12 seconds, probably the last 12 of the sample. [Trim] and [PCMFormat.Last] cut longer audio.
//
// # Long recordings
//
// [Client.Windows] goes through a WAV file or raw audio of any length, even a radio stream in a pipe, and identifies 12
// seconds of it at regular intervals. [Merge] returns a list of what played when.
//
// # Billing
//
// Each identification is billed, whether it finds something or not. A request that the service may have accepted is not retried; see
// [Client.Identify].
package identify
