package acrcloud

import (
	"strconv"
	"strings"
)

// The members that only the command acrcloud uses: the default configuration, and programs that print a credential.
const (
	chosenMember  = "default"
	commandSuffix = "_command"
)

// credentialMembers are the members that a command can replace.
var credentialMembers = [...]string{"bearer_token", "identify_access_key", "identify_access_secret"}

// isCommandMember reports whether only the command uses a member.
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

// passOver checks the value of a member that only the command uses.
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

// checkCommands makes sure that no credential has a command as well.
func checkCommands(path string, seen map[string]bool) error {
	for _, member := range credentialMembers {
		if seen[member] && seen[member+commandSuffix] {
			return &ArgumentError{Field: strings.TrimPrefix(path+"."+member, "."), Problem: "is there beside " + member + commandSuffix, Remedy: "leave one of them out"}
		}
	}
	return nil
}
