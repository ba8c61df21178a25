package acrcloud

import "github.com/musicchartsai/acrcloud-go/internal/endpoint"

// A Region is where a container or project lives, as the service spells it. It is an open set: a region that the service
// adds later can be used as Region("its-name").
type Region string

// The documented regions. CNNorth1 belongs to the separate product site in China and needs its Config.BaseURL.
const (
	EUWest1      Region = "eu-west-1"      // Ireland
	USWest2      Region = "us-west-2"      // Oregon
	APSoutheast1 Region = "ap-southeast-1" // Singapore
	CNNorth1     Region = "cn-north-1"     // Beijing
)

// check refuses what cannot be a region's name. Regions become part of host names.
func (r Region) check() *ArgumentError {
	if endpoint.IsRegion(string(r)) {
		return nil
	}
	return &ArgumentError{Problem: "is not the name of a region", Remedy: `use one such as "eu-west-1", in small letters, or leave it out to have it looked up`}
}
