//go:build race

package lenient_test

// slack is for what the race detector allocates beside the program.
const slack = 1.25
