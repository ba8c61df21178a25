package console

import "github.com/musicchartsai/acrcloud-go/internal/credential"

// A scope is what a token must permit. Tokens name it with the prefixes "read-" and "write-".
type scope = credential.Scope

func bucketsScope() scope {
	return scope{Name: "buckets", Title: "read-buckets and write-buckets"}
}

func audiosScope() scope {
	return scope{Name: "audios", Title: "read-audios and write-audios"}
}

func channelsScope() scope {
	return scope{Name: "channels", Title: "read-channels and write-channels"}
}

func projectsScope() scope {
	return scope{Name: "base-projects", Title: "read-base-projects and write-base-projects"}
}

func streamsScope() scope {
	return scope{Name: "bm-cs-projects", Title: "read-bm-cs-projects and write-bm-cs-projects"}
}

func databaseScope() scope {
	return scope{Name: "bm-bd-projects", Title: "read-bm-bd-projects and write-bm-bd-projects"}
}

func unknownContentScope() scope {
	return scope{Name: "ucf", Title: "read-ucf, write-ucf and delete-ucf"}
}

func metadataScope() scope { return scope{Name: "metadata", Title: "read-metadata"} }

// noScope is for parts of the API whose scope is not known.
func noScope() scope { return scope{} }
