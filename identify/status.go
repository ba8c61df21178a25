package identify

import "encoding/json"

// Status is how the service has ended an identification.
type Status struct {
	Code    int    `json:"code"` // 0 for a match, 1001 for none; with any other code there is an error and no Result
	Msg     string `json:"msg,omitzero"`
	Version string `json:"version,omitzero"` // "1.0"

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// The codes that are no failure.
const (
	codeSuccess  = 0
	codeNoResult = 1001
)
