import type { ContextSnapshot } from '@waybill/context';
import type { HostFunction, Settings } from '@waybill/protocol';
import type { Pool } from '@waybill/pool';
import type { Attempt } from './attempt.ts';
import type { CrashLog } from './crash-log.ts';
import type { EventHub } from './event-hub.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { JobTicket } from './job-ticket.ts';
import type { OfficeCounts } from './office-counts.ts';
import type { Quarantine } from './quarantine.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { TrackRecord } from './track-record.ts';
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
  /** Attempts that the pool has, by id; also those that nobody waits for any more. */
  readonly attempts: Map<number, Attempt>;
  readonly quarantine: Quarantine;
  readonly trackRecord: TrackRecord;
  readonly crashLog: CrashLog | undefined;
  readonly counts: OfficeCounts;
  readonly telemetry: Telemetry;
  readonly root: ContextSnapshot;
  readonly state: () => OfficeState;
}
