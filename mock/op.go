package mock

// An Op names what a request asks for, so that a [Fault] can be for it and a [Request] is easily told.
type Op string

// What can be asked for. A request that nothing answers to has no name.
const (
	OpCreateContainer Op = "containers.create"
	OpListContainers  Op = "containers.list"
	OpGetContainer    Op = "containers.get"
	OpUpdateContainer Op = "containers.update"
	OpDeleteContainer Op = "containers.delete"
	OpPresign         Op = "files.presign" // asks for a URL to store content at
	OpStore           Op = "files.store"   // stores content there
	OpCreateFile      Op = "files.create"  // the record of stored content, a form, or a URL
	OpListFiles       Op = "files.list"
	OpGetFile         Op = "files.get"
	OpDeleteFile      Op = "files.delete"
	OpRescanFile      Op = "files.rescan"
	OpIdentify        Op = "identify"
)
