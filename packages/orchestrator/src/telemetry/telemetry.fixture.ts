import { type Attributes, diag, metrics, trace as tracing } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** One series of an instrument, as `name`, its attributes and its value: the sum, or of a histogram the count. */
export interface Point {
  readonly name: string;
  readonly attributes: Attributes;
  readonly value: number;
}

/** An OpenTelemetry SDK that keeps all it is told. */
export interface TestSdk extends AsyncDisposable {
  spans(): readonly ReadableSpan[];
  spansNamed(name: string): readonly ReadableSpan[];
  points(): Promise<readonly Point[]>;
  /** What was written to the log of OpenTelemetry. */
  readonly complaints: readonly string[];
}

/** Registers an SDK for this process until it is disposed. */
export function registerSdk(
  options: { readonly processors?: readonly SpanProcessor[]; readonly sampler?: Sampler } = {},
): TestSdk {
  const exporter = new InMemorySpanExporter();
  const { processors = [], sampler } = options;
  const tracer = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter }), ...processors],
    ...(sampler === undefined ? {} : { sampler }),
  });
  const reader = new Reader();
  const meter = new MeterProvider({ readers: [reader] });
  const complaints: string[] = [];
  const ignore = (): void => {};
  const error = (...words: unknown[]): void => void complaints.push(words.map(String).join(' '));
  diag.setLogger({ error, warn: error, info: ignore, debug: ignore, verbose: ignore });
  tracing.setGlobalTracerProvider(tracer);
  metrics.setGlobalMeterProvider(meter);
  return {
    complaints,
    spans: () => exporter.getFinishedSpans(),
    spansNamed: (name) => exporter.getFinishedSpans().filter((span) => span.name === name),
    points: async () => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({
            name: descriptor.name,
            attributes,
            value: typeof value === 'number' ? value : value.count,
          })),
        )
        .filter(({ name }) => name.startsWith('waybill.'));
    },
    async [Symbol.asyncDispose]() {
      tracing.disable();
      metrics.disable();
      diag.disable();
      await tracer.shutdown();
      await meter.shutdown();
    },
  };
}
