// What a pool thread runs. Everything here is made at start-up, in the empty context: ports and timers that a
// later job set up would run in that job's context for good.
import { MessageChannel, parentPort, threadId, workerData } from 'node:worker_threads';
import {
  type AttemptEnvelope,
  type ReportEnvelope,
  type SubmitterApi,
  TurnNote,
  errorToWire,
  openAttempt,
  sealReport,
} from '@waybill/protocol';
import { openSession } from '@waybill/rpc';
import { endThreadInOrder } from './end-thread.ts';
import { loadHostModule } from './host-module.ts';
import { loadEngine } from './load-engine.ts';
import { PoolThread } from './pool-thread.ts';
import { runAttempt } from './run-attempt.ts';
import type { ThreadGreeting, ThreadOptions } from './thread-options.ts';

/** After this time, in ms, a thread that could not start makes way for another: what stopped it may have passed. */
const restartDelayMs = 1_000;

async function start(options: ThreadOptions): Promise<PoolThread | undefined> {
  const greet = (greeting: ThreadGreeting, transfer: MessageChannel['port1'][] = []): void =>
    parentPort?.postMessage(greeting, transfer);
  try {
    const note = new TurnNote();
    const openEngine = await loadEngine(options, note);
    const hostFunctions = await loadHostModule(options.hostModuleUrl);
    const thread = new PoolThread(options, hostFunctions, openEngine);
    const { port1, port2 } = new MessageChannel();
    const submitter = openSession<SubmitterApi>(port1, {
      expose: { ...thread.api() },
      names: [
        'hostCall',
        'hostCalling',
        'catchUp',
        'logged',
        'hostCalled',
        'functionProgram',
        'isolateRecycled',
        'isolateWedged',
        'wornOut',
      ],
    });
    thread.connect(submitter);
    endThreadInOrder(thread);
    const workerFunctions = [...thread.hostFunctions.keys()];
    // Guests of the addon's isolates do not hold the thread.
    const turnNote = options.engine.kind === 'realm' ? { turnNote: note.buffer } : {};
    greet({ waybill: 'ready', threadId, port: port2, workerFunctions, ...turnNote }, [port2]);
    return thread;
  } catch (error) {
    greet({ waybill: 'failed', threadId, error: errorToWire(error) });
    setTimeout(() => process.exit(1), restartDelayMs);
    return undefined;
  }
}

const thread = await start((workerData as { waybill: ThreadOptions }).waybill);

/** Piscina's task: one attempt. */
export async function attempt(envelope: AttemptEnvelope): Promise<ReportEnvelope> {
  if (thread === undefined) throw new TypeError('a thread that failed to start was given a job');
  return sealReport(await runAttempt(thread, openAttempt(envelope)));
}
