package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/examples/telemetry"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

type recorder struct {
	spans   *tracetest.InMemoryExporter
	tracers *sdk.TracerProvider
	reader  *metric.ManualReader
}

func record(t *testing.T, journal batch.Journal) (*telemetry.Telemetry, *recorder) {
	t.Helper()
	r := &recorder{spans: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	r.tracers = sdk.NewTracerProvider(sdk.WithSyncer(r.spans))
	tel, err := telemetry.New(r.tracers, metric.NewMeterProvider(metric.WithReader(r.reader)), journal)
	require.NoError(t, err)
	return tel, r
}

// names returns the names of the spans of a trace, in their order, as "parent: name".
func (r *recorder) names(id trace.TraceID) (names []string) {
	parents := map[trace.SpanID]string{}
	for _, s := range r.spans.GetSpans() {
		parents[s.SpanContext.SpanID()] = s.Name
	}
	for _, s := range r.spans.GetSpans() {
		if s.SpanContext.TraceID() == id {
			names = append(names, strings.TrimPrefix(parents[s.Parent.SpanID()]+": "+s.Name, ": "))
		}
	}
	return names
}

func (r *recorder) find(t *testing.T, name string) tracetest.SpanStub {
	t.Helper()
	spans := r.spans.GetSpans()
	i := slices.IndexFunc(spans, func(s tracetest.SpanStub) bool { return s.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return spans[i]
}

func attributes(s tracetest.SpanStub) map[string]any {
	m := map[string]any{}
	for _, a := range s.Attributes {
		m[string(a.Key)] = a.Value.AsInterface()
	}
	return m
}

// counts returns how often each histogram was recorded, by the value of an attribute.
func (r *recorder) counts(t *testing.T, name string, by attribute.Key) map[string]uint64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, r.reader.Collect(t.Context(), &all))
	counts := map[string]uint64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name == name {
				for _, p := range m.Data.(metricdata.Histogram[float64]).DataPoints {
					value, _ := p.Attributes.Value(by)
					counts[value.String()] += p.Count
				}
			}
		}
	}
	return counts
}

// A receiver is an HTTP server for callbacks that has traces of its own.
type receiver struct {
	tracer  trace.Tracer
	handler http.Handler
	ended   chan struct{} // a request has
}

func (s *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, span := s.tracer.Start(r.Context(), "POST /acrcloud")
	s.handler.ServeHTTP(w, r.WithContext(ctx))
	span.End()
	close(s.ended)
}

// One trace goes from the web request that adds a job over its upload and its callback to the verdict. The process is another one each time,
// as it were: nothing is shared but the journal.
func TestOneTrace(t *testing.T) {
	t.Parallel()
	journal := batch.NewMemory()
	tel, r := record(t, journal)
	tracer := r.tracers.Tracer("app")
	receiver := &receiver{tracer: tracer, ended: make(chan struct{})}
	srv := mock.New(mock.WithProcessingTime(time.Hour), mock.WithCallbackTransport(mock.HandlerTransport(receiver)))
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithObserver(tel.Attempt))...)
	require.NoError(t, err)
	container := srv.Config().ContainerID
	stepper, err := batch.NewStepper(client.Files(container), journal, &batch.Options{Open: func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("RIFF "+ref)) }})
	require.NoError(t, err)
	woken := make(chan string, 1)
	receiver.handler, err = webhook.NewHandler(tel.Callback(func(ctx context.Context, e *webhook.Event) error {
		key, wake, err := stepper.Called(ctx, e)
		if wake {
			woken <- key
		}
		return err
	}), webhook.WithoutAuthentication(), webhook.WithContainers(container), webhook.WithObserver(tel.Delivery))
	require.NoError(t, err)
	url := acrcloud.NewSecret("https://callbacks.invalid/")
	_, err = client.Containers().Update(t.Context(), container, &filescan.UpdateContainerRequest{CallbackURL: &url})
	require.NoError(t, err)

	ctx, upload := tracer.Start(t.Context(), "POST /upload")
	_, err = journal.Add(ctx, []batch.Entry{{Key: "a song.wav", Ref: "a song.wav", Phase: batch.PhaseNew, Trace: telemetry.TraceOf(ctx)}})
	require.NoError(t, err)
	upload.End()

	step := func(key string) (next batch.Next) {
		require.NoError(t, tel.Step(t.Context(), key, func(ctx context.Context) (err error) {
			next, err = stepper.Step(ctx, key)
			return err
		}))
		return next
	}
	assert.False(t, step("a song.wav").Done)
	e, err := journal.Load(t.Context(), "a song.wav")
	require.NoError(t, err)
	require.NoError(t, srv.Complete(e.FileID))
	require.True(t, step(<-woken).Done)
	<-receiver.ended

	assert.ElementsMatch(t, []string{
		"POST /upload",
		"step: containers.get", "step: files.presign", "step: files.store", "step: files.list", "step: files.create", "POST /upload: step",
		"POST /upload: callback",
		"step: files.get", "POST /upload: step",
	}, r.names(upload.SpanContext().TraceID()))
	callback, request := r.find(t, "callback"), r.find(t, "POST /acrcloud")
	require.Len(t, callback.Links, 1)
	assert.Equal(t, request.SpanContext.SpanID(), callback.Links[0].SpanContext.SpanID())
	assert.Equal(t, []string{"POST /acrcloud: callback done", "POST /acrcloud"}, r.names(request.SpanContext.TraceID()))
	assert.Equal(t, "done", attributes(r.find(t, "callback done"))["acrcloud.callback.reason"])
	first := attributes(r.find(t, "step"))
	assert.Equal(t, "a song.wav", first["acrcloud.job.key"])
	assert.Equal(t, "new", first["acrcloud.job.phase"])
	assert.Equal(t, "waiting", first["acrcloud.job.phase.after"])
	assert.Equal(t, e.FileID, first["acrcloud.file.id"])
	get := r.find(t, "files.get")
	assert.EqualValues(t, 200, attributes(get)["http.response.status_code"])
	assert.Equal(t, trace.SpanKindClient, get.SpanKind)
	assert.True(t, get.EndTime.After(get.StartTime))

	assert.Equal(t, map[string]uint64{"new": 1, "waiting": 1}, r.counts(t, "acrcloud.job.step.duration", "acrcloud.job.phase"))
	assert.Equal(t, map[string]uint64{"done": 1}, r.counts(t, "acrcloud.callback.duration", "acrcloud.callback.reason"))
	assert.EqualValues(t, 1, r.counts(t, "acrcloud.client.attempt.duration", "acrcloud.op")["files.get"])
	for _, s := range r.spans.GetSpans() {
		for _, a := range s.Attributes {
			assert.NotContains(t, a.Value.String(), srv.Config().BearerToken.Reveal())
			assert.NotContains(t, a.Value.String(), "callbacks.invalid")
		}
	}
}

// Retries are spans of their own, and errors are errors.
func TestErrors(t *testing.T) {
	t.Parallel()
	tel, r := record(t, nil)
	srv := mock.New()
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	srv.Inject(mock.Fault{Status: http.StatusServiceUnavailable, Times: 1, RetryAfter: time.Millisecond})
	client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithObserver(tel.Attempt))...)
	require.NoError(t, err)
	ctx, span := r.tracers.Tracer("app").Start(t.Context(), "list")
	_, err = client.Containers().List(ctx, nil)
	require.NoError(t, err)
	span.End()
	spans := r.spans.GetSpans()
	require.Len(t, spans, 3)
	assert.Equal(t, codes.Error, spans[0].Status.Code)
	assert.NotEmpty(t, attributes(spans[0])["acrcloud.retry.reason"])
	assert.Equal(t, codes.Unset, spans[1].Status.Code)
	assert.EqualValues(t, 1, attributes(spans[1])["http.request.resend_count"])
	r.spans.Reset()

	boom := errors.New("boom")
	require.ErrorIs(t, tel.Step(ctx, "a", func(context.Context) error { return boom }), boom)
	require.ErrorIs(t, tel.Callback(func(context.Context, *webhook.Event) error { return boom })(ctx, &webhook.Event{}), boom)
	require.Len(t, r.spans.GetSpans(), 2)
	for _, s := range r.spans.GetSpans() {
		assert.Equal(t, codes.Error, s.Status.Code)
		assert.Equal(t, span.SpanContext().TraceID(), s.SpanContext.TraceID(), "without a job's trace it is that of the caller")
	}
}

// A job whose trace is not known, or not readable, goes on without it.
func TestUnknownTrace(t *testing.T) {
	t.Parallel()
	journal := batch.NewMemory()
	tel, r := record(t, journal)
	_, err := journal.Add(t.Context(), []batch.Entry{{Key: "a", Phase: batch.PhaseNew, Trace: "no trace context"}, {Key: "b", Phase: batch.PhaseNew}})
	require.NoError(t, err)
	for _, key := range []string{"a", "b", "c"} {
		require.NoError(t, tel.Step(t.Context(), key, func(ctx context.Context) error {
			assert.True(t, trace.SpanContextFromContext(ctx).IsValid())
			return nil
		}))
	}
	assert.Len(t, r.spans.GetSpans(), 3)
	assert.Empty(t, telemetry.TraceOf(t.Context()))
}

func TestLogHandler(t *testing.T) {
	t.Parallel()
	_, r := record(t, nil)
	var out bytes.Buffer
	log := slog.New(telemetry.LogHandler(slog.NewTextHandler(&out, nil))).With("a", 1).WithGroup("g")
	ctx, span := r.tracers.Tracer("app").Start(t.Context(), "work")
	log.InfoContext(ctx, "inside", "b", 2)
	log.InfoContext(t.Context(), "outside")
	lines := strings.Split(out.String(), "\n")
	assert.Contains(t, lines[0], "a=1 g.b=2 g.trace_id="+span.SpanContext().TraceID().String()+" g.span_id="+span.SpanContext().SpanID().String())
	assert.NotContains(t, lines[1], "trace_id")
}
