package acrcloud

import (
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

// A Config holds the service's addresses and the credentials. There are two kinds of credentials, from different pages
// of the console. They are not interchangeable:
//
//   - a Console API token (Account, Developer Settings), a JWT that begins with "eyJ", for File Scanning;
//   - the access key and access secret of a recognition project, for identification.
//
// Fill in the ones that you use. Leading and trailing white space is ignored. [ConfigFromEnv] and [ReadConfigs] read a Config. A
// program can use several of them.
type Config struct {
	Name string `json:"name,omitzero"` // your name for this configuration, for reports; any text

	// BaseURL is the Console API's address. Empty, or any public console host, means the public service: containers on its
	// main host and files on the host of each container's own region. Any other address takes all traffic.
	BaseURL string `json:"base_url,omitzero"`

	Region      Region `json:"region,omitzero"`       // of the container ContainerID, which is then not looked up
	BearerToken Secret `json:"bearer_token,omitzero"` // the Console API token
	ContainerID int    `json:"container_id,omitzero"` // of File Scanning: the argument of Client.Files; Check checks it

	IdentifyHost         string `json:"identify_host,omitzero"`          // the project's host, or a URL of it
	IdentifyAccessKey    Secret `json:"identify_access_key,omitzero"`    // the project's access key
	IdentifyAccessSecret Secret `json:"identify_access_secret,omitzero"` // the project's access secret

	IsActive *bool `json:"is_active,omitzero"` // false: the clients' constructors refuse it; nil means true
}

// A configField is one field of Config as text, the way an environment variable or a JSON member gives it.
type configField struct {
	key   string // the JSON member
	env   string // the environment variable
	bare  string // the kinds of JSON value that are taken besides text: '0' number, 't' and 'f' truth values
	store func(c *Config, text string) *ArgumentError
}

// configFields lists the fields in the order of Config.
func configFields() []configField {
	return []configField{
		{key: "name", env: "ACRCLOUD_NAME", store: func(c *Config, text string) *ArgumentError {
			c.Name = text
			return nil
		}},
		{key: "base_url", env: "ACRCLOUD_BASE_URL", store: func(c *Config, text string) *ArgumentError {
			c.BaseURL = text
			return checkAddress(text, `use one such as "https://api-v2.acrcloud.com", or leave it out for the public service`)
		}},
		{key: "region", env: "ACRCLOUD_REGION", store: func(c *Config, text string) *ArgumentError {
			c.Region = Region(text)
			return c.Region.check()
		}},
		{key: "bearer_token", env: "ACRCLOUD_BEARER_TOKEN", store: storeSecret(func(c *Config) *Secret { return &c.BearerToken })},
		{key: "container_id", env: "ACRCLOUD_CONTAINER_ID", bare: "0", store: func(c *Config, text string) *ArgumentError {
			id, err := strconv.ParseUint(text, 10, strconv.IntSize-1)
			if err != nil || id == 0 {
				return &ArgumentError{Problem: "is not a positive integer", Remedy: "use the number that the console shows for the container, or leave it out"}
			}
			c.ContainerID = int(id)
			return nil
		}},
		{key: "identify_host", env: "ACRCLOUD_IDENTIFY_HOST", store: func(c *Config, text string) *ArgumentError {
			c.IdentifyHost = text
			if !strings.Contains(text, "://") {
				text = "https://" + text
			}
			return checkAddress(text, `use the host that the console shows for the project, such as "identify-eu-west-1.acrcloud.com"`)
		}},
		{key: "identify_access_key", env: "ACRCLOUD_IDENTIFY_ACCESS_KEY", store: storeSecret(func(c *Config) *Secret { return &c.IdentifyAccessKey })},
		{key: "identify_access_secret", env: "ACRCLOUD_IDENTIFY_ACCESS_SECRET", store: storeSecret(func(c *Config) *Secret { return &c.IdentifyAccessSecret })},
		{key: "is_active", env: "ACRCLOUD_IS_ACTIVE", bare: "tf", store: func(c *Config, text string) *ArgumentError {
			active, err := strconv.ParseBool(text)
			if err != nil {
				return &ArgumentError{Problem: "is neither true nor false", Remedy: "use true or false, or leave it out for true"}
			}
			c.IsActive = &active
			return nil
		}},
	}
}

// set stores the text of one field. Empty text counts as unset. An error gets the field's name as the caller knows it,
// and never the value: users paste credentials into every field.
func (f configField) set(c *Config, name, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if err := f.store(c, text); err != nil {
		err.Field = name
		return err
	}
	return nil
}

func storeSecret(field func(*Config) *Secret) func(*Config, string) *ArgumentError {
	return func(c *Config, text string) *ArgumentError {
		if field(c).UnmarshalText([]byte(text)) != nil {
			return &ArgumentError{Problem: "is " + redacted + ", which is the placeholder for a redacted credential", Remedy: "use the credential itself"}
		}
		return nil
	}
}

// checkAddress finds out whether a URL names a web server and nothing else. Whether it may be used is for the client to say.
func checkAddress(text, remedy string) *ArgumentError {
	rules := endpoint.Rules{Example: remedy, Credentials: "take them out: the credentials have fields of their own", Insecure: true} //nolint:gosec // an advice, not a credential
	if _, err := rules.Parse(text); err != nil {
		return &ArgumentError{Problem: err.Problem, Remedy: err.Remedy}
	}
	return nil
}
