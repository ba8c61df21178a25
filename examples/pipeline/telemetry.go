package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/riverqueue/rivercontrib/otelriver"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/examples/telemetry"
)

// The values of the flag -telemetry.
const (
	telemetryOff     = ""
	telemetryOTLP    = "otlp"    // to a collector, as the environment says: OTEL_EXPORTER_OTLP_ENDPOINT and so on
	telemetryConsole = "console" // as JSON to standard error
)

// exporters are where spans and metrics go.
type exporters struct {
	spans   sdk.SpanProcessor
	metrics metric.Reader
}

// newExporters returns what the flag -telemetry asks for; nil: nothing.
func newExporters(ctx context.Context, to string, stderr io.Writer) (*exporters, error) {
	var spans sdk.SpanExporter
	var metrics metric.Exporter
	var errs [2]error
	switch to {
	case telemetryOff:
		return nil, nil //nolint:nilnil // it is off
	case telemetryOTLP:
		spans, errs[0] = otlptracehttp.New(ctx)
		metrics, errs[1] = otlpmetrichttp.New(ctx)
	case telemetryConsole:
		spans, errs[0] = stdouttrace.New(stdouttrace.WithWriter(stderr))
		metrics, errs[1] = stdoutmetric.New(stdoutmetric.WithWriter(stderr))
	default:
		return nil, fmt.Errorf("-telemetry is %q: use %s or %s, or leave it out", to, telemetryOTLP, telemetryConsole)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("-telemetry %s: %w", to, err)
	}
	return &exporters{sdk.NewBatchSpanProcessor(spans), metric.NewPeriodicReader(metrics)}, nil
}

// instruments are what reports spans and metrics. If it is nil, nothing does.
type instruments struct {
	tracers   *sdk.TracerProvider
	meters    *metric.MeterProvider
	telemetry *telemetry.Telemetry
}

func newInstruments(ctx context.Context, to *exporters, role string, journal batch.Journal) (*instruments, error) {
	if to == nil {
		return nil, nil //nolint:nilnil // it is off
	}
	what, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(),
		resource.WithAttributes(attribute.String("service.name", "pipeline"), attribute.String("pipeline.role", role)), resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	in := &instruments{
		tracers: sdk.NewTracerProvider(sdk.WithResource(what), sdk.WithSpanProcessor(to.spans)),
		meters:  metric.NewMeterProvider(metric.WithResource(what), metric.WithReader(to.metrics)),
	}
	in.telemetry, err = telemetry.New(in.tracers, in.meters, journal)
	return in, err
}

// sdk returns what reports the events of the SDK.
func (in *instruments) sdk() *telemetry.Telemetry {
	if in == nil {
		return nil
	}
	return in.telemetry
}

// web reports HTTP requests. A trace context of a sender is linked, but not continued: anybody may send one.
func (in *instruments) web(next http.Handler) http.Handler {
	if in == nil {
		return next
	}
	return otelhttp.NewHandler(next, "pipeline", otelhttp.WithTracerProvider(in.tracers), otelhttp.WithMeterProvider(in.meters), otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }))
}

// middleware reports what River does. River's spans would be traces of their own, so only its metrics are taken. A step is a span of its
// job's trace.
func (in *instruments) middleware() []rivertype.Middleware {
	if in == nil {
		return nil
	}
	return []rivertype.Middleware{
		otelriver.NewMiddleware(&otelriver.MiddlewareConfig{MeterProvider: in.meters, TracerProvider: noop.NewTracerProvider()}),
		river.WorkerMiddlewareFunc(in.step),
	}
}

// step reports a step as a span of its job's trace. That a job sleeps or has failed is not an error of the step.
func (in *instruments) step(ctx context.Context, job *rivertype.JobRow, inner func(context.Context) error) (err error) {
	var args struct {
		Key string `json:"key"`
	}
	if job.Kind != "acrcloud_step" || json.Unmarshal(job.EncodedArgs, &args) != nil {
		return inner(ctx)
	}
	_ = in.telemetry.Step(ctx, args.Key, func(ctx context.Context) error {
		err = inner(ctx)
		if _, ok := errors.AsType[*rivertype.JobSnoozeError](err); ok {
			return nil
		}
		if _, ok := errors.AsType[*rivertype.JobCancelError](err); ok {
			return nil
		}
		return err
	})
	return err
}

// judged reports what follows an outcome as a span, the last one of the job's trace.
func (in *instruments) judged(judge func(context.Context, *batch.Outcome) error) func(context.Context, *batch.Outcome) error {
	if in == nil {
		return judge
	}
	tracer := in.tracers.Tracer("pipeline")
	return func(ctx context.Context, o *batch.Outcome) error {
		ctx, span := tracer.Start(ctx, "verdict", trace.WithAttributes(attribute.String("acrcloud.job.key", o.Key), attribute.String("acrcloud.risk", assess(o).String())))
		defer span.End()
		err := judge(ctx, o)
		if err != nil {
			span.RecordError(err)
		}
		return err
	}
}

// close sends what is left.
func (in *instruments) close(ctx context.Context) error {
	if in == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(in.tracers.Shutdown(ctx), in.meters.Shutdown(ctx))
}
