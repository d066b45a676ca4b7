// What a pool process runs. Its event loop only carries messages between the submitting process and the threads; no guest
// code runs here, and none can keep it from answering.
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { errorToWire } from '@waybill/protocol';
import { freeThreadHeaps, setEngineFlags } from '../engine-flags.ts';
import { PiscinaThreads } from '../piscina-threads.ts';
import type { JoinedThread, ThreadsPlan } from '../threads.ts';
import { Link } from './link.ts';
import { mapFrame, packBytes, unpackBytes } from './link-bytes.ts';
import type { DownMessage, EnvelopeTexts, SentUpMessage } from './link-messages.ts';
import { monotonicEpochMs } from './process-clock.ts';
import { linkStream } from './spawn-process.ts';

/** Where the machine runs out of memory, the kernel ends this process before others: it can be replaced. */
const oomScore = '500';

function endMyself(): void {
  // With live isolates no other way out is sure: `process.exit` hangs or crashes.
  process.kill(process.pid, 'SIGKILL');
}

// Ctrl-C and service managers reach the whole group: the submitting process decides when this one ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
if (process.platform === 'linux') volunteer();

function volunteer(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', oomScore);
  } catch (error) {
    process.emitWarning(`the score for running out of memory stays: ${String(error)}`);
  }
}

function send(message: SentUpMessage, texts?: EnvelopeTexts): void {
  link.send(message, texts);
}

function beat(): void {
  send({
    kind: 'beat',
    rssBytes: process.memoryUsage.rss(),
    epochMs: monotonicEpochMs(),
  });
}

/** Takes a message that came down, and the texts beside it. */
type Take = (message: DownMessage, texts: readonly string[]) => void;

function startThreads(plan: ThreadsPlan): Take {
  const joined = new Map<number, JoinedThread>();
  const threads = new PiscinaThreads(plan, {
    joined(thread) {
      const { threadId, port, workerFunctions } = thread;
      joined.set(threadId, thread);
      port.on('message', (frame) =>
        send({ kind: 'frame', threadId, frame: mapFrame(frame, packBytes) }),
      );
      thread.onGone(({ error, ...how }) => {
        joined.delete(threadId);
        send({ kind: 'gone', threadId, error: errorToWire(error), ...how });
      });
      send({ kind: 'joined', threadId, workerFunctions: [...workerFunctions] });
    },
    failing: (threadId) => send({ kind: 'failing', threadId }),
    failed: (error) => send({ kind: 'failed', error: errorToWire(error) }),
  });
  const tellHolder = (threadId: number): void => {
    const holder = joined.get(threadId)?.holder() ?? Promise.resolve(undefined);
    void holder.then((attemptId = 0) => send({ kind: 'holder', threadId, attemptId }));
  };
  return (message, texts) => {
    if (message.kind === 'frame') {
      const port = joined.get(message.threadId)?.port;
      port?.postMessage(mapFrame(message.frame, unpackBytes));
    } else if (message.kind === 'terminate') joined.get(message.threadId)?.terminate();
    else if (message.kind === 'holder') tellHolder(message.threadId);
    else if (message.kind === 'beat') beat();
    else if (message.kind === 'run') {
      const { runId, threadId, program } = message;
      const [bytes = '', head = '', text = '', limits = ''] = texts;
      const envelope = { head, limits, text, bytes };
      threads.runSealed(threadId, program === undefined ? envelope : { ...envelope, program }).then(
        (report) => send({ kind: 'ran', runId }, [report.bytes, report.head, report.text]),
        (error: unknown) => send({ kind: 'refused', runId, error: errorToWire(error) }),
      );
    }
  };
}

let take: Take | undefined;

const link = new Link(new Socket({ fd: linkStream }), {
  message: (received, texts) => {
    // What comes down is the submitting process's own.
    const message = received as DownMessage;
    if (message.kind === 'start') {
      beat();
      if (message.plan.options.engine.kind === 'realm') freeThreadHeaps();
      take = startThreads(message.plan);
    } else take?.(message, texts);
  },
  garbage: endMyself,
  // The submitting process is gone, however it went: nobody would stop the guests.
  closed: endMyself,
});
setEngineFlags();
