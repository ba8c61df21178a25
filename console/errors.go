package console

import (
	"fmt"
	"strings"
)

// causeOf is the text of an error that stands within another of the SDK.
func causeOf(err error) string { return strings.TrimPrefix(fmt.Sprint(err), "acrcloud: ") }
