import type { Orchestrator } from '@waybill/orchestrator';
import type { FunctionShelf } from '@waybill/orchestrator/durable';
import type { Scope } from '@waybill/protocol/http';
import type { JobQueue } from '@waybill/queue';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { KeyStore } from './keys/key-store.ts';
import type { ServiceMetrics } from './metrics/service-metrics.ts';

export { scopes } from '@waybill/protocol/http';
export type { Scope } from '@waybill/protocol/http';

/** Who sent a request, as its credentials say; nothing of it comes from the body. */
export interface Caller {
  /** The tenant it acts for. */
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** For logs: `key <id>`, `jwt <subject>` or `loopback`. */
  readonly name: string;
}

/** All that the routes stand on. */
export interface Service {
  readonly config: Config;
  readonly log: Logger;
  readonly orchestrator: Orchestrator;
  readonly queue: JobQueue;
  readonly shelf: FunctionShelf;
  readonly keys: KeyStore;
  readonly metrics: ServiceMetrics;
  /** `draining`: takes no new work; reads are still answered. */
  state(): 'ready' | 'draining';
}
