// Package telemetry turns the events of the SDK into OpenTelemetry spans and metrics: requests to the service,
// callbacks, and the steps of jobs. One trace connects the request that adds a job with its upload, its callback and
// its outcome, on any number of machines.
//
//	tel, err := telemetry.New(tracerProvider, meterProvider, store)
//	...
//	client, err := filescan.New(cfg, acrcloud.WithObserver(tel.Attempt))
//	...
//	handler, err := webhook.NewHandler(tel.Callback(called), webhook.WithObserver(tel.Delivery), ...)
//	...
//	item.Trace = telemetry.TraceOf(ctx)                                        // where the job is added
//	...
//	err = tel.Step(ctx, key, func(ctx context.Context) error { ... })          // around Stepper.Step, in any engine
//
// It is a separate module, because it needs OpenTelemetry. Use it as it is, or copy the parts that you need.
package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const scope = "github.com/musicchartsai/acrcloud-go/examples/telemetry"

// A Telemetry reports events as spans and metrics. Create one with [New]; it is safe for concurrent use. A nil Telemetry
// reports nothing; its Step and Callback only call their functions.
type Telemetry struct {
	tracer  trace.Tracer
	journal batch.Journal

	attempts   metric.Float64Histogram
	sent       metric.Int64Counter
	received   metric.Int64Counter
	deliveries metric.Float64Histogram
	steps      metric.Float64Histogram
}

// New creates a Telemetry. The journal contains the trace contexts of the jobs; it may be nil if there are no jobs.
func New(tracers trace.TracerProvider, meters metric.MeterProvider, journal batch.Journal) (*Telemetry, error) {
	meter := meters.Meter(scope)
	t := &Telemetry{tracer: tracers.Tracer(scope), journal: journal}
	var errs [5]error
	seconds := func(name, description string) (metric.Float64Histogram, error) {
		return meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description))
	}
	t.attempts, errs[0] = seconds("acrcloud.client.attempt.duration", "Duration of each attempt of a request to ACRCloud.")
	t.deliveries, errs[1] = seconds("acrcloud.callback.duration", "Duration of a request with a callback, or of a call from the queue.")
	t.steps, errs[2] = seconds("acrcloud.job.step.duration", "Duration of a step of a job.")
	t.sent, errs[3] = meter.Int64Counter("acrcloud.client.sent", metric.WithUnit("By"), metric.WithDescription("Bytes of request bodies."))
	t.received, errs[4] = meter.Int64Counter("acrcloud.client.received", metric.WithUnit("By"), metric.WithDescription("Bytes of response bodies."))
	return t, errors.Join(errs[:]...)
}

// Attempt is for acrcloud.WithObserver: each attempt becomes a span of the trace of its call.
func (t *Telemetry) Attempt(a acrcloud.Attempt) {
	if t == nil {
		return
	}
	common := []attribute.KeyValue{attribute.String("acrcloud.op", a.Op), attribute.String("http.request.method", a.Method), attribute.Int("http.response.status_code", a.StatusCode)}
	attributes := append([]attribute.KeyValue{
		attribute.String("server.address", a.Host), attribute.String("url.path", a.Path), attribute.Int("http.request.resend_count", a.N-1),
		attribute.Int64("http.request.body.size", a.BytesSent), attribute.Int64("http.response.body.size", a.BytesReceived),
	}, common...)
	if a.Reason != "" {
		attributes = append(attributes, attribute.String("acrcloud.retry.reason", a.Reason), attribute.Float64("acrcloud.retry.wait", a.Wait.Seconds()))
	}
	t.past(a.Context(), a.Op, trace.SpanKindClient, a.Duration, a.Err, attributes)
	ctx, set := context.WithoutCancel(a.Context()), metric.WithAttributes(common...)
	t.attempts.Record(ctx, a.Duration.Seconds(), set)
	op := metric.WithAttributes(attribute.String("acrcloud.op", a.Op))
	t.sent.Add(ctx, a.BytesSent, op)
	t.received.Add(ctx, a.BytesReceived, op)
}

// Delivery is for webhook.WithObserver: each callback request becomes a span, in the trace of the HTTP server if there
// is one.
func (t *Telemetry) Delivery(d webhook.Delivery) {
	if t == nil {
		return
	}
	reason := attribute.String("acrcloud.callback.reason", string(d.Reason))
	attributes := []attribute.KeyValue{reason, attribute.String("acrcloud.callback.kind", string(d.Kind)), attribute.Int("http.response.status_code", d.Status)}
	if d.FileID != "" {
		attributes = append(attributes, attribute.String("acrcloud.file.id", d.FileID), attribute.Int("acrcloud.container.id", d.ContainerID))
	}
	t.past(d.Context(), "callback "+string(d.Reason), trace.SpanKindServer, d.Duration, d.Err, attributes)
	t.deliveries.Record(d.Context(), d.Duration.Seconds(), metric.WithAttributes(reason))
}

// past reports an operation that has just ended.
func (t *Telemetry) past(ctx context.Context, name string, kind trace.SpanKind, took time.Duration, err error, attributes []attribute.KeyValue) {
	end := time.Now()
	_, span := t.tracer.Start(ctx, name, trace.WithTimestamp(end.Add(-took)), trace.WithSpanKind(kind), trace.WithAttributes(attributes...))
	fail(span, err)
	span.End(trace.WithTimestamp(end))
}

// fail records an error.
func fail(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
}

// Step runs a step of a job in a span of the job's trace, which Item.Trace contains. The requests of the step are its
// child spans.
func (t *Telemetry) Step(ctx context.Context, key string, step func(ctx context.Context) error) error {
	if t == nil {
		return step(ctx)
	}
	began := time.Now()
	ctx, span, before := t.start(ctx, "step", key, trace.SpanKindConsumer)
	defer span.End()
	err := step(ctx)
	phase := attribute.String("acrcloud.job.phase", string(before))
	if t.journal != nil && span.IsRecording() {
		if after, err := t.journal.Load(context.WithoutCancel(ctx), key); err == nil {
			span.SetAttributes(attribute.String("acrcloud.job.phase.after", string(after.Phase)), attribute.String("acrcloud.file.id", after.FileID))
			if o, err := batch.OutcomeOf(after); err == nil && o.Err != nil {
				span.SetAttributes(attribute.String("acrcloud.job.failure", o.Err.Error()))
			}
		}
	}
	span.SetAttributes(phase)
	fail(span, err)
	t.steps.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(phase, attribute.Bool("error", err != nil)))
	return err
}

// Callback returns a function for webhook.NewHandler that runs f in a span of the trace of the file's job, linked to
// the request that delivered the callback. The span includes what f does, such as Stepper.Called.
func (t *Telemetry) Callback(f func(context.Context, *webhook.Event) error) func(context.Context, *webhook.Event) error {
	if t == nil {
		return f
	}
	return func(ctx context.Context, event *webhook.Event) error {
		key, _ := batch.KeyOf(event.Name)
		ctx, span, _ := t.start(ctx, "callback", key, trace.SpanKindConsumer)
		defer span.End()
		span.SetAttributes(attribute.String("acrcloud.file.id", event.FileID))
		err := f(ctx, event)
		fail(span, err)
		return err
	}
}

// start starts a span in the trace of a job, if it has one, otherwise in that of ctx.
func (t *Telemetry) start(ctx context.Context, name, key string, kind trace.SpanKind) (context.Context, trace.Span, batch.Phase) {
	var entry batch.Entry
	if t.journal != nil && key != "" {
		entry, _ = t.journal.Load(ctx, key) // without an entry, the span belongs to ctx
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(kind), trace.WithAttributes(attribute.String("acrcloud.job.key", key))}
	if parent := trace.SpanContextFromContext(remote(context.Background(), entry.Trace)); parent.IsValid() {
		if here := trace.SpanContextFromContext(ctx); here.IsValid() && here.TraceID() != parent.TraceID() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: here}))
		}
		ctx = trace.ContextWithRemoteSpanContext(ctx, parent)
	}
	ctx, span := t.tracer.Start(ctx, name, options...)
	return ctx, span, entry.Phase
}

const traceparent = "traceparent"

// TraceOf returns the trace context of ctx for batch.Item.Trace; empty if there is none.
func TraceOf(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier[traceparent]
}

func remote(ctx context.Context, text string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceparent: text})
}
