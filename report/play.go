package report

import (
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Play is a recording that was played at some time, as monitoring of a channel finds it.
type Play struct {
	Start  time.Time
	Length time.Duration // 0 if it is not known
	Kind   PlayKind      // empty for PlayMusic

	Music acrcloud.Music // what was played; its Score is the similarity, 0 to 100
}

// PlayKind is the kind of what was played.
type PlayKind string

// The kinds of plays.
const (
	PlayMusic  PlayKind = "music"
	PlayCustom PlayKind = "custom" // audio of an own bucket, such as an advertisement
)
