package filescan

import (
	"errors"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func containersPath(id int) string {
	if id == 0 {
		return "/fs-containers"
	}
	return "/fs-containers/" + strconv.Itoa(id)
}

// unknownOutcome reports whether err leaves open if the request was processed.
func unknownOutcome(err error) bool { return errors.Is(err, acrcloud.ErrOutcomeUnknown) }
