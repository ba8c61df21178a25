// Package nearest guesses which key somebody meant to write.
package nearest

import "strings"

// Key returns the known key that was most likely meant, or nothing if none is near.
func Key(key string, known []string) string {
	if len(key) > 64 {
		return ""
	}
	key = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "-", "_")
	best, least := "", len(key)
	for _, k := range known {
		if d := editDistance(key, k); d < least {
			best, least = k, d
		}
	}
	if 3*least <= len(best) {
		return best
	}
	// Not a slip of the finger; part of the name perhaps: "token", "access_key", "acrcloud_region".
	for _, k := range known {
		if key != "" && (strings.HasSuffix(k, "_"+key) || strings.HasSuffix(key, "_"+k)) {
			return k
		}
	}
	return ""
}

// editDistance counts the letters that must be added, removed, replaced, or swapped with their neighbour to make b of a.
func editDistance(a, b string) int {
	var before, above []int // the last two rows
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := above[j]
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, row[j]+1, above[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
