package mock

import "slices"

// An Op names the operation of a request, so that a [Fault] can select it and a [Request] is easily identified.
type Op string

// Ops returns all operations, in a fixed order.
func Ops() []Op {
	list := []Op{OpStore, OpIdentify}
	for _, r := range consoleRoutes() {
		list = append(list, r.op)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// The operations. A request that no operation matches has no name.
const (
	OpCreateContainer Op = "containers.create"
	OpListContainers  Op = "containers.list"
	OpGetContainer    Op = "containers.get"
	OpUpdateContainer Op = "containers.update"
	OpDeleteContainer Op = "containers.delete"
	OpPresign         Op = "files.presign" // gets a URL for storing content
	OpStore           Op = "files.store"   // stores content at that URL
	OpCreateFile      Op = "files.create"  // the record of stored content, a form, or a URL
	OpListFiles       Op = "files.list"
	OpGetFile         Op = "files.get"
	OpDeleteFile      Op = "files.delete"
	OpRescanFile      Op = "files.rescan"
	OpIdentify        Op = "identify"
)

// Operations of buckets and their contents.
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
	OpImportLiveChannels Op = "live_channels.import" // to a bucket of recordings
	OpRemoveLiveChannels Op = "live_channels.remove" // from it
	OpListDedupFiles     Op = "dedup_files.list"
	OpCreateDedupFile    Op = "dedup_files.create"
	OpGetDedupFile       Op = "dedup_files.get"
	OpDeleteDedupFile    Op = "dedup_files.delete"
)

// Operations of recognition projects.
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

// Operations of Broadcast Monitoring.
const (
	OpListStreamProjects      Op = "stream_projects.list"
	OpCreateStreamProject     Op = "stream_projects.create"
	OpGetStreamProject        Op = "stream_projects.get"
	OpUpdateStreamProject     Op = "stream_projects.update"
	OpDeleteStreamProject     Op = "stream_projects.delete"
	OpSetStreamCallback       Op = "stream_projects.result_callback"
	OpSetStreamNotification   Op = "stream_projects.state_notification"
	OpStreamAnalytics         Op = "stream_projects.analytics"
	OpListStreams             Op = "streams.list"
	OpCreateStream            Op = "streams.create"
	OpUpdateStream            Op = "streams.update"
	OpDeleteStream            Op = "streams.delete"
	OpPauseStream             Op = "streams.pause"
	OpRestartStream           Op = "streams.restart"
	OpStreamResults           Op = "streams.results"
	OpStreamUnknownResults    Op = "streams.unknown_results"
	OpStreamState             Op = "streams.state"
	OpStreamRecording         Op = "streams.recording"
	OpReportStreamPlay        Op = "streams.user_report"
	OpListChannelProjects     Op = "channel_projects.list"
	OpCreateChannelProject    Op = "channel_projects.create"
	OpUpdateChannelProject    Op = "channel_projects.update"
	OpDeleteChannelProject    Op = "channel_projects.delete"
	OpSetChannelCallback      Op = "channel_projects.result_callback"
	OpSetChannelNotification  Op = "channel_projects.state_notification"
	OpChannelAnalytics        Op = "channel_projects.analytics"
	OpListChannels            Op = "channels.list"
	OpAddChannels             Op = "channels.add"
	OpDeleteChannel           Op = "channels.delete"
	OpSetChannelCustomID      Op = "channels.custom_id"
	OpChannelResults          Op = "channels.results"
	OpChannelRealtimeResults  Op = "channels.realtime_results"
	OpChannelUnknownResults   Op = "channels.unknown_results"
	OpChannelState            Op = "channels.state"
	OpChannelRecording        Op = "channels.recording"
	OpReportChannelPlay       Op = "channels.user_report"
	OpListHistoricalProjects  Op = "historical_projects.list"
	OpCreateHistoricalProject Op = "historical_projects.create"
	OpHistoricalResults       Op = "historical_projects.results"
)

// Operations of unknown content.
const (
	OpListUnknownProjects  Op = "unknown_projects.list"
	OpCreateUnknownProject Op = "unknown_projects.create"
	OpUpdateUnknownProject Op = "unknown_projects.update"
	OpDeleteUnknownProject Op = "unknown_projects.delete"
	OpListUnknownStreams   Op = "unknown_streams.list"
	OpImportUnknownStreams Op = "unknown_streams.import"
	OpDeleteUnknownStream  Op = "unknown_streams.delete"
	OpListUnknown          Op = "unknown.list"
	OpGetUnknown           Op = "unknown.get"
	OpDeleteUnknown        Op = "unknown.delete"
	OpUnknownDetails       Op = "unknown.details"
	OpUnknownRecord        Op = "unknown.record"
	OpResetUnknown         Op = "unknown.pending" // makes it pending again
)

// Operations of metadata and billing.
const (
	OpFindTracks      Op = "tracks.find"
	OpCurrentBill     Op = "billing.current"
	OpNextBillDate    Op = "billing.next_date"
	OpListInvoices    Op = "billing.invoices"
	OpDownloadInvoice Op = "billing.download"
	OpListPrices      Op = "prices.list"
)
