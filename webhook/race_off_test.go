//go:build !race

package webhook_test

const slack = 1
