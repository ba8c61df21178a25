// Package webhook receives what ACRCloud posts to a callback URL: the result of each scanned file, and those of broadcast monitoring.
//
// [NewHandler] is an [http.Handler] that checks a request before anything else sees it, and hands each distinct event once to a
// function of yours:
//
//	handler, err := webhook.NewHandler(func(ctx context.Context, event *webhook.Event) error {
//		return store(ctx, event.File())
//	}, webhook.WithSecret("key", secret), webhook.WithRefetch(client))
//
// [Parse] and [ParseRequest] only read, for programs with a server of their own. [CallbackURL] makes the URL to give to a container.
//
// # What can be relied on
//
// Callbacks are not signed in any way that is known, so anyone who learns the URL can post to it. Put a secret into the URL's query
// ([WithSecret], [CallbackURL]), and have each event fetched again from the API ([WithRefetch]) before it is believed.
//
// Callbacks get lost, doubled and reordered, and one can arrive before the upload call has returned the file's id. Whether ACRCloud
// sends one again after an error, and from which networks it sends, is not known. So keep polling as the safety net: a [Notifier]
// joins both, and filescan.Files.Wait then returns by whichever comes first.
//
// Everything in this package is safe for concurrent use.
package webhook
