//go:build race

package webhook_test

// slack is for what the race detector allocates beside the program.
const slack = 1.25
