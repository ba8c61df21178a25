package acrcloud

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
