package console

import (
	"context"
	"sync"
	"time"
)

// Names lets a client create one thing per name at a time, and remembers sent names until lists must show them. The
// zero value is ready to use.
type Names struct {
	mu    sync.Mutex
	names map[string]*name
	sent  []sentName // in order of time, the oldest first
}

type name struct {
	turn chan struct{} // holds a value while the name is free
	uses int           // its holder, waiters, and entries in Names.sent
	sent time.Time     // the end of the last request; zero: none was sent
}

type sentName struct {
	name string
	at   time.Time
}

// Take waits until the name is free, and returns when the last request for it ended; zero if none was sent recently.
// The returned function releases the name; its argument says whether a request was sent.
func (n *Names) Take(ctx context.Context, key string) (earlier time.Time, give func(sent bool), err error) {
	e := n.use(key)
	select {
	case <-e.turn:
	case <-ctx.Done():
		n.mu.Lock()
		defer n.mu.Unlock()
		n.drop(key)
		return time.Time{}, nil, ctx.Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return e.sent, func(sent bool) { n.give(key, sent) }, nil
}

// use notes a use of the name.
func (n *Names) use(key string) *name {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forget()
	e := n.names[key]
	if e == nil {
		e = &name{turn: make(chan struct{}, 1)}
		e.turn <- struct{}{}
		if n.names == nil {
			n.names = map[string]*name{}
		}
		n.names[key] = e
	}
	e.uses++
	return e
}

func (n *Names) give(key string, sent bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	e := n.names[key]
	if sent {
		e.sent = time.Now()
		e.uses++
		n.sent = append(n.sent, sentName{key, e.sent})
	}
	n.drop(key)
	e.turn <- struct{}{}
}

// drop ends one use of the name.
func (n *Names) drop(key string) {
	if e := n.names[key]; e.uses > 1 {
		e.uses--
		return
	}
	delete(n.names, key)
}

// forget drops the names whose things lists must show by now.
func (n *Names) forget() {
	for len(n.sent) > 0 && time.Since(n.sent[0].at) > Settled {
		n.drop(n.sent[0].name)
		n.sent = n.sent[1:]
	}
}
