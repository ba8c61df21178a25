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
// it: browsers send the origin of a request, and requests with a host name that someone could own are refused, because
// pages use such names to reach local servers. There is no password: everything in a mock is invented.
package control
