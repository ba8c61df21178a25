package acrcloud

import "os"

// ConfigFromEnv returns a Config from the environment variables
//
//	ACRCLOUD_NAME            ACRCLOUD_IDENTIFY_HOST
//	ACRCLOUD_BASE_URL        ACRCLOUD_IDENTIFY_ACCESS_KEY
//	ACRCLOUD_REGION          ACRCLOUD_IDENTIFY_ACCESS_SECRET
//	ACRCLOUD_BEARER_TOKEN    ACRCLOUD_IS_ACTIVE
//	ACRCLOUD_CONTAINER_ID
//
// which set the fields of the same names. None is required: if nothing is set the Config is zero, and the client's constructor
// reports what is missing. An empty variable counts as not set. A malformed value is an [*ArgumentError] that
// names the variable.
func ConfigFromEnv() (Config, error) {
	var c Config
	for _, field := range configFields() {
		if err := field.set(&c, field.env, os.Getenv(field.env)); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}
