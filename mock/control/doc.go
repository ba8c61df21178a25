// Package control controls a [mock.Server] over HTTP, for tests in any language and for people: a JSON API, described
// by an OpenAPI file, and a dashboard. "acrcloud mock" serves it; your own program can do so with
//
//	c, err := control.New(srv, nil)
//	mux.Handle(control.Path, c)
//	mux.Handle("/", srv.Handler())
//
// All paths begin with [Path], where the service has none.
//
// # Who may use it
//
// Programs on the same machine may use it; others get a 403, unless [Options] has Remote. Foreign web pages cannot use
// it: browsers send the origin of a request, and requests with an unknown host name are refused (see Options.Hosts),
// because a page can make its own host name resolve to this machine. There is no password: everything in a mock is
// invented.
package control
