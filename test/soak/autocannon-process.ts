/**
 * Submits durable jobs with autocannon and prints what comes of it. SIGTERM: begins no more, ends what it began.
 *
 * A program of its own, started by `autocannon-load.ts` with its `LoadOptions` as JSON.
 */
import { seededRandom } from '@waybill/testkit';
import autocannon from 'autocannon';
import { makeJobs } from '../chaos/durable-jobs.ts';
import type { LoadOptions } from '../chaos/durable-load.ts';
import { sendUntilAnswered } from '../support/service-requests.ts';
import { Lane, type LaneWork } from './autocannon-lane.ts';
import type { LoadNews } from './load-news.ts';

// Whoever started it has ended, in whatever way. The listener is not to keep it alive by itself.
process.once('disconnect', () => process.exit());
process.channel?.unref();

/** How long the service may take no work. */
const patienceMs = 120_000;

const options = JSON.parse(process.argv[2] ?? '') as LoadOptions;
const { url, seed, laneCount = 8, jobCount = Infinity } = options;
const newJobs = makeJobs(seed, jobCount);
let isOver = false;
process.once('SIGTERM', () => (isOver = true));

const tell = (news: LoadNews): void => void process.stdout.write(`${JSON.stringify(news)}\n`);
const work: LaneWork = {
  random: seededRandom(seed + 2),
  jobs: [],
  nextJob: () => (isOver ? undefined : newJobs.next().value),
  tell,
};
const lanes = Array.from({ length: Math.min(laneCount, jobCount) }, () => new Lane(work));
let takenMs = performance.now();
const areIdle = (): boolean => lanes.every(({ isIdle }) => isIdle);

/**
 * Sends until all is done or the service is not there. Autocannon alone would go on: it connects again at once, thousands
 * of times a second, and asks whoever answers "not now" for the same thing without a pause.
 */
async function fire(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const unused = lanes.values();
  const instance = autocannon(
    {
      url,
      connections: lanes.length,
      duration: 3_600,
      // How often it looks whether it is to stop, in ms.
      sampleInt: 20,
      bailout: 1,
      setupClient(client) {
        const lane = unused.next().value;
        if (!lane) throw new Error('Expected as many connections as lanes.');
        client.setRequests([
          {
            setupRequest: (request) => lane.nextRequest(request),
            onResponse(...[status, body, , headers]) {
              const isTaken = lane.takeAnswer(status, body, headers?.['x-request-id']);
              if (isTaken) takenMs = performance.now();
              if (!isTaken || areIdle()) instance.stop();
            },
          },
        ]);
      },
    },
    (error) => (error ? reject(error) : resolve()),
  );
  await promise;
}

while (!areIdle()) {
  await fire();
  if (areIdle()) break;
  if (performance.now() - takenMs > patienceMs) throw new Error('The service takes no work.');
  tell({ what: 'again', count: lanes.filter(({ isIdle }) => !isIdle).length });
  const headers = { 'waybill-tenant': 'tenant-0' };
  await sendUntilAnswered(url, '/v1/jobs?limit=1', { headers });
}
