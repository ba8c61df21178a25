package filescan_test

import (
	"net/http"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func filescanNew(a http.RoundTripper, o ...acrcloud.Option) (*filescan.Client, error) {
	return filescan.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), ContainerID: containerID, Region: acrcloud.EUWest1},
		append(o, acrcloud.WithHTTPClient(&http.Client{Transport: a}))...)
}
