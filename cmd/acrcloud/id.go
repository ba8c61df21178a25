package main

import (
	"strconv"

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

// word refuses what is none of the words that a flag takes.
func word(flag, value string, known []string) error {
	for _, k := range known {
		if value == k {
			return nil
		}
	}
	return usagef("--%s is %.40q%s", flag, value, meant(nearest.Key(value, known), known))
}
