package filescan

import (
	"errors"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
)

func containersPath(id int) string {
	if id == 0 {
		return "/fs-containers"
	}
	return "/fs-containers/" + strconv.Itoa(id)
}

func checkContainerID(id int) error {
	return console.CheckID("containerID", id, "use the number that the console shows for the container, such as Config.ContainerID (ACRCLOUD_CONTAINER_ID)")
}

// unknownOutcome reports whether err leaves open if the request was processed.
func unknownOutcome(err error) bool { return errors.Is(err, acrcloud.ErrOutcomeUnknown) }
