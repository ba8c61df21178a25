// Package gate has no code, only tests of the whole repository: what the public API is, that it is documented, what the module depends on, and
// that the code in README.md and docs works.
//
// The listings in testdata are changed on purpose only:
//
//	go test ./internal/gate -update
package gate
