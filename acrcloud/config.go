package acrcloud

// A Config says which service and which credentials to use. Two kinds of credentials exist, made on different pages of the
// console, and neither works in place of the other:
//
//   - a Console API token (Account, Developer Settings), a JWT that begins with "eyJ", for File Scanning;
//   - the access key and access secret of a recognition project, for identification.
//
// Fill in the ones that you use. Outer white space is ignored everywhere.
type Config struct {
	Name string `json:"name,omitzero"` // your name for this configuration, for reports; any text

	// BaseURL is the Console API's address. Empty, or any public console host, means the public service: containers on its
	// main host and files on the host of each container's own region. Any other address takes all traffic.
	BaseURL string `json:"base_url,omitzero"`

	Region      Region `json:"region,omitzero"`       // of the container ContainerID, which is then not looked up
	BearerToken Secret `json:"bearer_token,omitzero"` // the Console API token
	ContainerID int    `json:"container_id,omitzero"` // the container that Client.Files(0) means

	IdentifyHost         string `json:"identify_host,omitzero"`          // the project's host, or a URL of it
	IdentifyAccessKey    Secret `json:"identify_access_key,omitzero"`    // the project's access key
	IdentifyAccessSecret Secret `json:"identify_access_secret,omitzero"` // the project's access secret

	IsActive *bool `json:"is_active,omitzero"` // false: the clients' constructors refuse it; nil means true
}
