// Package gate has no code, only tests of the whole repository: they check the public API, its documentation, the
// dependencies, and the code in README.md and docs.
//
// Change the listings in testdata on purpose only:
//
//	go test ./internal/gate -update
package gate
