/** What one package may import, beside Node itself and its own files. */
export interface Layer {
  /** Workspace packages. `'worker/entry-url'` opens that one door of a package and no other. */
  readonly waybill: readonly string[];
  /** Packages from outside. */
  readonly suppliers: readonly string[];
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
  orchestrator: { waybill: ['context', 'pool', 'protocol'], suppliers: [] },
  testkit: { waybill: [], suppliers: [] },
};

/** Every folder of `apps/`: an application stands on the public face only. */
export const appLayer: Layer = { waybill: ['context', 'orchestrator', 'protocol'], suppliers: [] };

/** What the tests, fixtures and examples of any package may import beside its own row. */
export const testLayer: Layer = {
  waybill: ['testkit'],
  suppliers: ['fast-check', 'isolated-vm', 'vitest'],
};
