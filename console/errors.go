package console

import (
	"fmt"
	"strings"
)

// causeOf is the text of an error within another error of the SDK.
func causeOf(err error) string { return strings.TrimPrefix(fmt.Sprint(err), "acrcloud: ") }
