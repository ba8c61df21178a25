package report

import (
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Play is one play of a recording, as found by monitoring a channel.
type Play struct {
	Start  time.Time
	Length time.Duration // 0 if unknown
	Kind   PlayKind      // empty for PlayMusic

	Music acrcloud.Music // what was played; its Score is the similarity, 0 to 100
}

// PlayKind is the kind of recording that was played.
type PlayKind string

// The kinds of plays.
const (
	PlayMusic  PlayKind = "music"
	PlayCustom PlayKind = "custom" // audio of your own bucket, such as an advertisement
)
