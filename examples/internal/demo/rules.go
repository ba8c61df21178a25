package demo

import (
	"fmt"
	"os"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// Rules reads assessment rules from a file. Without a name, it returns nil, which means the default rules.
func Rules(name string) (*filescan.Rules, error) {
	if name == "" {
		return filescan.DefaultRules(), nil
	}
	f, err := os.Open(name) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	rules, err := filescan.ReadRules(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rules, nil
}
