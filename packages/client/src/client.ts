import type { Outcome } from '@waybill/protocol';
import { Fields } from './fields.ts';
import { makeFunctionsClient, type FunctionsClient } from './functions.ts';
import { makeJobsClient, type JobsClient } from './jobs.ts';
import { makeKeysClient, type KeysClient } from './keys.ts';
import { resolveOptions, type CallOptions, type ClientOptions } from './options.ts';
import { realPace, type Pace } from './pace.ts';
import type { RunSpec } from './requests.ts';
import { runAt } from './run.ts';
import { makeSchedulesClient, type SchedulesClient } from './schedules.ts';
import { Transport } from './transport.ts';

/**
 * A Waybill service from outside. Every method rejects with a `WaybillError`: the service's own, by its code, or
 * `ERR_WAYBILL_SERVICE_UNREACHABLE`, `ERR_WAYBILL_BAD_ANSWER`, `ERR_WAYBILL_CANCELLED`; and with what a function among the client's
 * options throws. It holds nothing that would have to be closed.
 */
export interface Client {
  /**
   * Runs a job now and gives its outcome; a failure of the guest is a value in it. Aborting the signal ends the job. Never sent
   * twice: where that is wanted, submit a durable job. The service may take the job's `limits.wallMs` on top of the timeout; for a
   * job without, the timeout covers what the service allows.
   */
  run(spec: RunSpec, options?: CallOptions): Promise<Outcome>;
  readonly jobs: JobsClient;
  readonly functions: FunctionsClient;
  readonly schedules: SchedulesClient;
  /** For credentials with the scope `admin`. */
  readonly keys: KeysClient;
  /** Whether the service takes work at this moment; needs no credentials. @throws if nothing answers */
  isReady(options?: CallOptions): Promise<boolean>;
}

/**
 * Makes a client of the service at `options.url`. Sends nothing yet.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS`
 * @example
 * ```ts
 * const waybill = createClient({ url: 'http://127.0.0.1:8478', token: process.env.WAYBILL_TOKEN });
 * const { job } = await waybill.jobs.submit({ function: 'bill', input: { month: '2026-11' } });
 * const { outcome } = await waybill.jobs.wait(job.id);
 * ```
 */
export function createClient(options: ClientOptions): Client {
  return makeClient(options, realPace);
}

/** As {@link createClient}, with time and chance from outside. */
export function makeClient(options: ClientOptions, pace: Pace): Client {
  const transport = new Transport(resolveOptions(options), pace);
  return {
    run: (spec, call) => runAt(transport, ['v1', 'run'], { spec, options: call }),
    jobs: makeJobsClient(transport),
    functions: makeFunctionsClient(transport),
    schedules: makeSchedulesClient(transport),
    keys: makeKeysClient(transport),
    isReady: async (call) => {
      const probe = { method: 'GET', path: ['readyz'], alsoExpected: 503 } as const;
      const { status, body } = await transport.request(probe, call);
      return new Fields(body, 'readiness').text('status') === 'ready' && status === 200;
    },
  };
}
