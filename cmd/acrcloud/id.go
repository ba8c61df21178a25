package main

import (
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

// number reads the id of a thing that the service numbers. list is the command that shows the ids.
func number(arg, thing, list string) (int, error) {
	id, err := strconv.Atoi(arg)
	if err != nil || id <= 0 {
		return 0, usagef("%.40q is no %s's id: it is a positive number, as 'acrcloud %s' shows it", arg, thing, list)
	}
	return id, nil
}

// numbers reads several ids, each of them once.
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

// word is the one of the words that a flag takes which the value is, in any case.
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
