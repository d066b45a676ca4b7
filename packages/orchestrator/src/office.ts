import type { ContextSnapshot } from '@waybill/context';
import type { HostFunction, Settings } from '@waybill/protocol';
import type { Pool } from '@waybill/pool';
import type { EventHub } from './event-hub.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Turnstile } from './turnstile.ts';

/** `open`: takes jobs. `closing`: finishes those it has. `closed`: everything is released. */
export type OfficeState = 'open' | 'closing' | 'closed';

/** What the steps of a job's life share: the parts of one orchestrator. */
export interface Office {
  readonly settings: Settings;
  readonly hostFunctions: ReadonlyMap<string, HostFunction>;
  readonly functions: FunctionRegistry;
  readonly events: EventHub;
  readonly pool: Pool;
  readonly turnstile: Turnstile;
  /** Jobs that are admitted and not settled, by id. */
  readonly tickets: Map<string, JobTicket>;
  readonly root: ContextSnapshot;
  readonly state: () => OfficeState;
}
