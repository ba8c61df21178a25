package webhook_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

var _ filescan.Notifier = (*webhook.Notifier)(nil)

func told(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func TestNotifier(t *testing.T) {
	t.Parallel()
	n := webhook.NewNotifier()
	a, stopA := n.Subscribe(1, "File")
	b, stopB := n.Subscribe(1, "fiLE")
	other, stopOther := n.Subscribe(2, "file")
	defer stopOther()
	n.Notify(1, "file")
	n.Notify(1, "FILE")
	assert.True(t, told(a))
	assert.False(t, told(a), "two callbacks before a look are one")
	assert.True(t, told(b))
	assert.False(t, told(other), "of another container")
	stopA()
	stopA()
	n.Notify(0, "file")
	assert.False(t, told(a))
	assert.True(t, told(b))
	assert.True(t, told(other), "a callback without a container may be anybody's")
	stopB()
}

func TestNotifierEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n webhook.Notifier // its zero value works too
		subscribe := func(container int, id string) bool {
			ch, stop := n.Subscribe(container, id)
			defer stop()
			return told(ch)
		}
		n.Notify(1, "Early")
		assert.True(t, subscribe(1, "early"))
		assert.True(t, subscribe(1, "early"), "for the next one too")
		assert.False(t, subscribe(2, "early"))
		assert.False(t, subscribe(1, "other"))
		time.Sleep(14 * time.Minute) //nolint:forbidigo // time is fake here
		n.Notify(0, "later")
		assert.True(t, subscribe(1, "early"))
		time.Sleep(time.Minute) //nolint:forbidigo // time is fake here
		assert.False(t, subscribe(1, "early"), "it has expired")
		assert.True(t, subscribe(7, "later"))

		for i := range 10_000 {
			n.Notify(1, strconv.Itoa(i))
		}
		assert.False(t, subscribe(1, "later"), "the oldest is forgotten")
		assert.True(t, subscribe(1, "0"))
		assert.True(t, subscribe(1, "9999"))
		for range 30_000 {
			n.Notify(1, "the same")
		}
		assert.True(t, subscribe(1, "the same"))
	})
}

func TestNotifierThousands(t *testing.T) {
	t.Parallel()
	const waiters = 5000
	n := webhook.NewNotifier()
	var wg sync.WaitGroup
	for i := range waiters {
		id := fmt.Sprint("file-", i)
		wg.Go(func() {
			ch, stop := n.Subscribe(1, id)
			defer stop()
			<-ch
		})
		wg.Go(func() { n.Notify(1, strings.ToUpper(id)) })
	}
	wg.Wait()
}
