package acrcloud

import (
	"strconv"
	"strings"
)

// The members that the command acrcloud keeps in the same file for itself: which configuration it uses where none is named, and programs
// that print a credential which is not in the file.
const (
	chosenMember  = "default"
	commandSuffix = "_command"
)

// credentialMembers are those that a command may stand for.
var credentialMembers = [...]string{"bearer_token", "identify_access_key", "identify_access_secret"}

// isCommandMember reports whether a member is the command's own.
func isCommandMember(key string) bool {
	if key == chosenMember {
		return true
	}
	for _, member := range credentialMembers {
		if key == member+commandSuffix {
			return true
		}
	}
	return false
}

// passOver reads the value of a member of the command, which nothing is made of here.
func (r *configReader) passOver(path, key string) error {
	kind := r.dec.PeekKind()
	switch {
	case key == chosenMember && kind != 't' && kind != 'f':
		return r.wrongKind(path, kind, "true or false", "write true or false")
	case key != chosenMember && kind != '[':
		return r.wrongKind(path, kind, "a list of strings", `write it as ["secret-tool", "lookup", …]`)
	}
	if _, err := r.token(); err != nil || kind != '[' {
		return err
	}
	program := ""
	for i := 0; r.dec.PeekKind() != ']'; i++ {
		text, err := r.text(path+"["+strconv.Itoa(i)+"]", "")
		if err != nil {
			return err
		}
		if i == 0 {
			program = strings.TrimSpace(text)
		}
	}
	if _, err := r.token(); err != nil {
		return err
	}
	if program == "" {
		return &ArgumentError{Field: path, Problem: "names no program", Remedy: "begin the list with the one that prints the credential"}
	}
	return nil
}

// checkCommands makes sure that each credential comes from one place.
func checkCommands(path string, seen map[string]bool) error {
	for _, member := range credentialMembers {
		if seen[member] && seen[member+commandSuffix] {
			return &ArgumentError{Field: strings.TrimPrefix(path+"."+member, "."), Problem: "is there beside " + member + commandSuffix, Remedy: "leave one of them out"}
		}
	}
	return nil
}
