package console

import (
	"bytes"
	"encoding/json"
)

// The service sends user_defined as an object, as [] or null if it is empty, or as text that holds JSON. It accepts it
// as an object in some calls and as text in others.

// readUserDefined decodes text that holds JSON, which decoding left in Extra. Any other text stays there.
func readUserDefined(values *map[string]json.RawMessage, extra *map[string]json.RawMessage) {
	var text string
	raw, ok := (*extra)["user_defined"]
	if !ok || json.Unmarshal(raw, &text) != nil || !bytes.HasPrefix(bytes.TrimSpace([]byte(text)), []byte("{")) {
		return
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &inner) != nil {
		return
	}
	*values, *extra = inner, without(*extra, "user_defined")
}

// without removes a member; an empty map becomes nil.
func without(extra map[string]json.RawMessage, name string) map[string]json.RawMessage {
	delete(extra, name)
	if len(extra) == 0 {
		return nil
	}
	return extra
}

// userDefinedText returns user_defined for calls that accept it as text.
func userDefinedText(values map[string]any) (string, error) {
	data, err := json.Marshal(values)
	if err != nil {
		return "", refuse("UserDefined", "cannot be encoded as JSON: "+err.Error(), "use values that encoding/json accepts")
	}
	return string(data), nil
}
