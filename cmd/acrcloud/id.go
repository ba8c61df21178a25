package main

import (
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// number parses a numeric id. list is the command that shows the ids.
func number(arg, thing, list string) (int, error) {
	id, err := strconv.Atoi(arg)
	if err != nil || id <= 0 {
		return 0, usagef("%.40q is not a %s id: give a positive number, as 'acrcloud %s' shows it", arg, thing, list)
	}
	return id, nil
}

// numbers parses several ids and drops repeated ones.
func numbers(args []string, thing, list string) ([]int, error) {
	var ids []int
	for _, arg := range unique(args) {
		id, err := number(arg, thing, list)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// word returns the one of the known words of a flag that equals the value, in any case.
func word(flag, value string, known []string) (string, error) {
	lower := make([]string, len(known))
	for i, k := range known {
		if strings.EqualFold(value, k) {
			return k, nil
		}
		lower[i] = strings.ToLower(k)
	}
	return "", usagef("--%s is %.40q%s", flag, value, meant(nearest.Key(value, lower), known))
}
