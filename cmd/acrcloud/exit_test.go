package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// failedWriter is standard output that nobody reads.
type failedWriter struct{ err error }

func (w failedWriter) Write([]byte) (int, error) { return 0, w.err }

// Scripts rely on the exit codes; every error has one, and is said once.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	unauthorized := &acrcloud.APIError{StatusCode: 401, Message: "Unauthenticated."}
	unknown := fmt.Errorf("the connection was lost: %w", acrcloud.ErrOutcomeUnknown)
	for name, tt := range map[string]struct {
		err    error
		output error // of a write before
		signal bool
		code   int
		says   string // of standard error; "": nothing
	}{
		"success":                     {nil, nil, false, 0, ""},
		"a failure":                   {errors.New("it broke"), nil, false, 1, "it broke"},
		"reported before":             {errReported, nil, false, 1, ""},
		"not found":                   {&acrcloud.APIError{StatusCode: 404}, nil, false, 1, "404"},
		"usage":                       {usagef("--max is %d", -1), nil, false, 2, "--max is -1"},
		"an argument":                 {fmt.Errorf("a.mp3: %w", &acrcloud.ArgumentError{Field: "Name", Problem: "is empty"}), nil, false, 2, "Name is empty"},
		"a risk":                      {&riskError{"the highest risk is high"}, nil, false, 3, "the highest risk is high"},
		"a risk, and an unknown":      {errors.Join(unknown, &riskError{"high"}), nil, false, 3, "high"},
		"no credentials":              {&credentialsError{"there is no token"}, nil, false, 4, "there is no token"},
		"credentials refused":         {fmt.Errorf("list: %w", unauthorized), nil, false, 4, "Unauthenticated."},
		"unknown":                     {unknown, nil, false, 5, "the connection was lost"},
		"unknown, then refused":       {errors.Join(unauthorized, unknown), nil, false, 5, "the connection was lost"},
		"a signal":                    {context.Canceled, nil, true, 130, "stopped"},
		"a signal, unknown":           {unknown, nil, true, 130, "the connection was lost"},
		"success, and then a signal":  {nil, nil, true, 0, ""},
		"the output is closed":        {nil, syscall.EPIPE, false, 141, ""},
		"the output is closed, later": {errors.New("it broke"), syscall.EPIPE, false, 141, ""},
		"the disk is full":            {nil, syscall.ENOSPC, false, 1, "cannot write to standard output"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var errs bytes.Buffer
			p := newProgram(strings.NewReader(""), failedWriter{tt.output}, &errs, func(error) {})
			if tt.output != nil {
				_, err := p.out.Write([]byte("x"))
				require.ErrorIs(t, err, tt.output)
			}
			if tt.signal {
				cancel(signalError{syscall.SIGINT})
			}
			assert.Equal(t, tt.code, p.exit(ctx, tt.err))
			if tt.says == "" {
				assert.Empty(t, errs.String())
			} else {
				assert.Equal(t, 1, strings.Count(errs.String(), tt.says), errs.String())
			}
		})
	}
}

// What is billed is said; more than --max is asked about, and without a terminal refused.
func TestBilledAsks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		n    int
		yes  bool
		mock bool
		ok   bool
	}{
		"fewer": {1, false, false, true}, "just as many": {2, false, false, true}, "more": {3, false, false, false},
		"more, confirmed": {3, true, false, true}, "more, in the mock": {3, false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{origin: "the environment"}
			if tt.mock {
				s.mock = mock.New()
			}
			for _, ask := range []func(p *program) error{
				func(p *program) error { return p.billed(t.Context(), s, "Scanning", tt.n, 2, tt.yes) },
				func(p *program) error { return p.storing(t.Context(), s, tt.n, &addSettings{most: 2, yes: tt.yes}) },
			} {
				var errs bytes.Buffer
				err := ask(newProgram(strings.NewReader("y\n"), &bytes.Buffer{}, &errs, func(error) {}))
				if !tt.ok {
					require.ErrorContains(t, err, "more than 2. Continue? There is no terminal to ask on: confirm with --yes")
					assert.Equal(t, exitUsage, exitCode(err))
					assert.Empty(t, errs.String())
					continue
				}
				require.NoError(t, err)
				if tt.mock {
					assert.Contains(t, errs.String(), "nothing is billed")
				} else {
					assert.Contains(t, errs.String(), "is billed")
				}
			}
		})
	}
}
