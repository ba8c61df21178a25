// Package control steers a [mock.Server] over HTTP, for tests in any language and for people: an API in JSON, described by an OpenAPI file, and a
// dashboard. "acrcloud mock" serves it; a program of your own does by
//
//	c, err := control.New(srv, nil)
//	mux.Handle(control.Path, c)
//	mux.Handle("/", srv.Handler())
//
// All is below [Path], where the service has nothing.
//
// # Who may use it
//
// Who is on the same machine: other peers get a 403, unless [Options] has Remote. A web page cannot, since a browser says where a request comes
// from, and a request under a host name that somebody could own is refused: that is how pages reach servers that are none of their business.
// There is no password: what a mock knows is invented.
package control
