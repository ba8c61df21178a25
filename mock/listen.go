package mock

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// listening has the listeners of a server.
type listening struct {
	http    *http.Server
	stop    context.CancelFunc // of the requests, also those that a fault holds up
	main    string             // the base URL of the main address
	regions map[acrcloud.Region]string
}

func (l *listening) close() error {
	l.stop()
	return l.http.Close()
}

// placeKey is the context key for the place that an address stands for.
type placeKey struct{}

// Start makes the server listen on a loopback address, for other processes and languages. One address serves
// everything. It returns the base URL. If the server is already listening, it returns the same URL.
func (s *Server) Start() (baseURL string, err error) {
	s.lock()
	defer s.mu.Unlock()
	switch {
	case s.failed != nil:
		return "", s.failed
	case s.closed:
		return "", errors.New("mock: the server is closed: create another one")
	case s.listening != nil:
		return s.listening.main, nil
	}
	l, err := s.listen()
	if err != nil {
		return "", fmt.Errorf("mock: %w", err)
	}
	s.listening = l
	return l.main, nil
}

// listen opens the addresses, and serves them.
func (s *Server) listen() (*listening, error) {
	ctx, stop := context.WithCancel(context.Background())
	l := &listening{stop: stop, regions: map[acrcloud.Region]string{}}
	places := map[net.Listener]place{} // which is not changed once they are served
	l.http = &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: time.Minute, ErrorLog: silent(),
		BaseContext: func(ln net.Listener) context.Context { return context.WithValue(ctx, placeKey{}, places[ln]) },
	}
	open := func(p place) (string, error) {
		ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening on loopback does not wait
		if err != nil {
			return "", err
		}
		places[ln] = p
		return "http://" + ln.Addr().String(), nil
	}
	var err error
	main := place{serves: everything, main: true}
	if s.regional {
		main.serves = consoleAPI | storage
		for _, r := range regions {
			if l.regions[r], err = open(place{serves: everything, region: r}); err != nil {
				break
			}
		}
	}
	if err == nil {
		l.main, err = open(main)
	}
	if err != nil {
		stop()
		for ln := range places {
			_ = ln.Close()
		}
		return nil, err
	}
	for ln := range places {
		go func() { _ = l.http.Serve(ln) }()
	}
	return l, nil
}

// RegionURL returns the address that stands for the hosts of a region: eu-west-1, us-west-2 or ap-southeast-1. It needs
// [WithRegionAddresses] and [Server.Start].
func (s *Server) RegionURL(region acrcloud.Region) (string, error) {
	s.lock()
	defer s.mu.Unlock()
	if s.listening == nil || s.listening.regions[region] == "" {
		return "", fmt.Errorf("mock: region %q has no address: use WithRegionAddresses and Start, and one of %s", region, regions)
	}
	return s.listening.regions[region], nil
}
