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

// Of buckets, and what is in them.
const (
	OpListBuckets        Op = "buckets.list"
	OpCreateBucket       Op = "buckets.create"
	OpGetBucket          Op = "buckets.get"
	OpUpdateBucket       Op = "buckets.update"
	OpDeleteBucket       Op = "buckets.delete"
	OpListBucketFiles    Op = "bucket_files.list"
	OpCreateBucketFile   Op = "bucket_files.create"
	OpGetBucketFile      Op = "bucket_files.get"
	OpUpdateBucketFile   Op = "bucket_files.update"
	OpDeleteBucketFile   Op = "bucket_files.delete"
	OpMoveBucketFiles    Op = "bucket_files.move"
	OpDumpBucketFiles    Op = "bucket_files.dump"
	OpListLiveChannels   Op = "live_channels.list"
	OpCreateLiveChannel  Op = "live_channels.create"
	OpGetLiveChannel     Op = "live_channels.get"
	OpUpdateLiveChannel  Op = "live_channels.update"
	OpDeleteLiveChannel  Op = "live_channels.delete"
	OpImportLiveChannels Op = "live_channels.import" // into a bucket of recordings
	OpRemoveLiveChannels Op = "live_channels.remove" // out of it
	OpListDedupFiles     Op = "dedup_files.list"
	OpCreateDedupFile    Op = "dedup_files.create"
	OpGetDedupFile       Op = "dedup_files.get"
	OpDeleteDedupFile    Op = "dedup_files.delete"
)

// Of projects for identification.
const (
	OpListProjects        Op = "projects.list"
	OpCreateProject       Op = "projects.create"
	OpGetProject          Op = "projects.get"
	OpUpdateProject       Op = "projects.update"
	OpDeleteProject       Op = "projects.delete"
	OpProjectBucketStatus Op = "projects.bucket_status"
	OpProjectStatistics   Op = "projects.statistics"
	OpProjectUsage        Op = "projects.usage" // by day
)
