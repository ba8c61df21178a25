package filescan

// A Notifier tells when something about a file has happened. The channel receives a value, then or at once if it has
// happened already; the function ends the subscription.
type Notifier interface {
	Subscribe(containerID int, fileID string) (<-chan struct{}, func())
}
