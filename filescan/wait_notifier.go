package filescan

// A Notifier reports that a file has changed. The channel receives a value when that happens, or immediately if it has
// happened already; the function ends the subscription. webhook.Notifier is one, fed by callbacks.
type Notifier interface {
	Subscribe(containerID int, fileID string) (<-chan struct{}, func())
}
