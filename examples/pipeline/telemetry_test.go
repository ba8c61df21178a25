//go:build unix

package main

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
)

// A collector has what processes report.
type collector struct {
	spans   map[string]*tracetest.InMemoryExporter // by roles
	readers map[string]*metric.ManualReader
}

// serve runs a process that reports to the collector, until the test ends.
func (c *collector) serve(t *testing.T, s settings, roles ...string) (address string) {
	t.Helper()
	name := strings.Join(roles, ",")
	c.spans[name], c.readers[name] = tracetest.NewInMemoryExporter(), metric.NewManualReader()
	s.roles, s.listen, s.megabytes = roles, "127.0.0.1:0", 10
	s.exporters = &exporters{sdk.NewSimpleSpanProcessor(keeper{c.spans[name]}), c.readers[name]}
	return begin(t, func(ctx context.Context, out *output) int {
		return demo.End(ctx, out, "pipeline", serve(ctx, s, out, out))
	})
}

// A keeper keeps its spans after the process has ended.
type keeper struct{ *tracetest.InMemoryExporter }

func (keeper) Shutdown(context.Context) error { return nil }

// all returns the spans of all processes, each with the roles of its process.
func (c *collector) all() (spans tracetest.SpanStubs, roles map[trace.SpanID]string) {
	roles = map[trace.SpanID]string{}
	for name, e := range c.spans {
		for _, s := range e.GetSpans() {
			spans, roles[s.SpanContext.SpanID()] = append(spans, s), name
		}
	}
	return spans, roles
}

// tree returns the spans of a trace, as "roles parent > name", without repetitions: a file may be looked at more than once. A look at the
// container is left out, since a client does that once, or never.
func (c *collector) tree(id trace.TraceID) []string {
	spans, roles := c.all()
	names := map[trace.SpanID]string{}
	for _, s := range spans {
		names[s.SpanContext.SpanID()] = s.Name
	}
	found := map[string]bool{}
	for _, s := range spans {
		if s.SpanContext.TraceID() == id && s.Name != "containers.get" {
			found[roles[s.SpanContext.SpanID()]+" "+names[s.Parent.SpanID()]+" > "+s.Name] = true
		}
	}
	list := make([]string, 0, len(found))
	for text := range found {
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// metrics returns the names of the metrics of a process.
func (c *collector) metrics(t *testing.T, roles string) (names []string) {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, c.readers[roles].Collect(t.Context(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			names = append(names, m.Name)
		}
	}
	return names
}

// wait waits until the trace of the upload has its verdict and its callback, and returns it.
func (c *collector) wait(t *testing.T) trace.TraceID {
	t.Helper()
	var id trace.TraceID
	require.Eventually(t, func() bool {
		spans, _ := c.all()
		ended := map[string]int{}
		for _, s := range spans {
			ended[s.Name]++
			if s.Name == "POST /uploads" {
				id = s.SpanContext.TraceID()
			}
		}
		return ended["verdict"] > 0 && ended["callback"] > 0 && ended["callback done"] > 0 && ended["step"] >= 2 && id.IsValid()
	}, 30*time.Second, 20*time.Millisecond)
	return id
}

// oneTrace are the spans of the trace of an upload, and the process of each.
func oneTrace(web, worker, receiver string) []string {
	list := []string{
		web + "  > POST /uploads",
		worker + " POST /uploads > step",
		worker + " step > files.presign", worker + " step > files.store", worker + " step > files.list", worker + " step > files.create",
		receiver + " POST /uploads > callback",
		worker + " step > files.get",
		worker + " step > verdict",
	}
	slices.Sort(list)
	return list
}

// One trace goes from the web request over the upload and the callback to the verdict.
func TestTelemetry(t *testing.T) { //nolint:paralleltest // it sets the environment
	offline(t)
	c := &collector{map[string]*tracetest.InMemoryExporter{}, map[string]*metric.ManualReader{}}
	address := c.serve(t, settings{}, everyRole()...)
	_, sample := get(t, address+"/sample.wav")
	_, _ = uploadFile(t, address, "song.wav", []byte(sample))
	id := c.wait(t)
	all := strings.Join(everyRole(), ",")
	assert.Equal(t, oneTrace(all, all, all), c.tree(id))

	names := c.metrics(t, all)
	for _, name := range []string{"http.server.request.duration", "acrcloud.client.attempt.duration", "acrcloud.callback.duration", "acrcloud.job.step.duration", "river.insert_count", "river.work_count"} {
		assert.Contains(t, names, name)
	}
	spans, _ := c.all()
	for _, s := range spans {
		assert.Equal(t, "pipeline", attributeOf(s, "service.name"))
		for _, a := range s.Attributes {
			assert.NotContains(t, a.Value.String(), callbackParameter+"=", "no secret of callbacks: %s", a.Key)
		}
	}
}

func attributeOf(s tracetest.SpanStub, name string) string {
	for _, a := range s.Resource.Attributes() {
		if string(a.Key) == name {
			return a.Value.AsString()
		}
	}
	return ""
}

// The database carries the trace from process to process. The web process also gets a trace context from its client, which it does not
// continue, since anybody may send one.
func TestTelemetryOfRoles(t *testing.T) { //nolint:paralleltest // it sets the environment
	cloud := newCloud(t)
	c := &collector{map[string]*tracetest.InMemoryExporter{}, map[string]*metric.ManualReader{}}
	s := cloud.settings(t)
	c.serve(t, s, roleWorker)
	s.callback = c.serve(t, s, roleReceiver) + callbackPath
	cloud.callback(t, s.callback)
	web := c.serve(t, s, roleWeb)
	body, kind := formWith(t, "song.wav", cloud.sample, "")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web+"/uploads", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	status, _ := do(t, request)
	require.Equal(t, http.StatusOK, status)
	id := c.wait(t)
	assert.NotEqual(t, "0af7651916cd43dd8448eb211c80319c", id.String())
	assert.Equal(t, oneTrace(roleWeb, roleWorker, roleReceiver), c.tree(id))
	assert.Contains(t, c.metrics(t, roleWorker), "river.work_count")
}

// Where spans go is a matter of a flag, and they go nowhere by default.
func TestExporters(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	off, err := newExporters(t.Context(), telemetryOff, &out)
	require.NoError(t, err)
	assert.Nil(t, off)
	in, err := newInstruments(t.Context(), off, roleWeb, nil)
	require.NoError(t, err)
	assert.Nil(t, in)
	assert.Nil(t, in.middleware())
	require.NoError(t, in.close(t.Context()))
	_, err = newExporters(t.Context(), "jaeger", &out)
	require.ErrorContains(t, err, `-telemetry is "jaeger": use otlp or console`)
	console, err := newExporters(t.Context(), telemetryConsole, &out)
	require.NoError(t, err)
	in, err = newInstruments(t.Context(), console, roleWeb, nil)
	require.NoError(t, err)
	_, span := in.tracers.Tracer("test").Start(t.Context(), "work")
	span.End()
	require.NoError(t, in.close(t.Context()))
	assert.Contains(t, out.String(), `"Name":"work"`)
}
