package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout is shorter than the default limit of container engines.
const healthTimeout = 3 * time.Second

func (p *program) mockHealthCommand() *cobra.Command {
	return &cobra.Command{
		Use: "health [URL]", Short: "Check that a mock serves",
		Long: "Check that a mock serves at URL (default http://" + mockAddress + "), such as for the health check of a container that has no shell and no curl.\n" +
			"A mock with TLS also serves plain HTTP on the same port. The exit code is 0 if it serves and 1 if it does not.",
		Example: "  acrcloud mock health\n  acrcloud mock health http://127.0.0.1:9000",
		Args:    arguments(0, 1, "the mock's URL"),
		RunE: func(c *cobra.Command, args []string) error {
			at := "http://" + mockAddress
			if len(args) == 1 {
				at = args[0]
			}
			u, err := url.Parse(at)
			if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
				return usagef("the URL of the mock must have the form http://%s", mockAddress)
			}
			u.Path, u.RawQuery, u.Fragment = healthPath, "", ""
			if err := checkHealth(c, u.String()); err != nil {
				return fmt.Errorf("no mock serves at %s://%s: %w", u.Scheme, u.Host, err)
			}
			_, err = fmt.Fprintln(p.out, "ok")
			return err
		},
	}
}

// checkHealth requests a mock's health. The response distinguishes a mock from any other program that listens there.
func checkHealth(c *cobra.Command, at string) error {
	req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, at, http.NoBody)
	if err != nil {
		return err
	}
	client := &http.Client{
		Timeout:       healthTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true}, // without a proxy
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		if cause := errors.Unwrap(err); cause != nil { // the message contains the URL already
			return cause
		}
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read from
	var health struct {
		Status string `json:"status"`
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("it responds with %d %s", resp.StatusCode, strings.ToLower(http.StatusText(resp.StatusCode)))
	case json.Unmarshal(body, &health) != nil || health.Status != "ok":
		return errors.New("another program responds there")
	}
	return nil
}
