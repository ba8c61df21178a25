package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Key identifies what was posted: by container, file, state and a hash of the results. The same event posted again has the same Key,
// and a rescan that ends otherwise has another. A result of broadcast monitoring is identified by a hash of its body. The Key is
// empty for events that may come twice in the same words without being the same: those of other kinds, and monitoring without a
// result.
func (e *Event) Key() string {
	switch {
	case e == nil:
	case e.Kind == FileScan:
		parts := []string{"file", strconv.Itoa(e.ContainerID), strings.ToLower(e.FileID), strconv.Itoa(int(e.State))}
		raw := []byte(e.undecoded)
		if e.Results != nil {
			raw = e.Results.Raw
		}
		if !isNothing(raw) {
			parts = append(parts, digest(raw))
		}
		return strings.Join(parts, "/")
	case e.Kind == BroadcastMonitoring && e.Monitoring != nil && e.Monitoring.Status != 0:
		return "stream/" + digest(e.Raw)
	}
	return ""
}

// isNothing recognises the ways in which there are no results.
func isNothing(raw []byte) bool {
	switch strings.TrimSpace(string(raw[:min(len(raw), 16)])) {
	case "", "null", "{}", "[]", `""`:
		return len(raw) < 16
	}
	return false
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
