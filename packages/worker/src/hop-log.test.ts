import { ContextVariable } from '@waybill/context';
import { expect, test } from 'vitest';
import { makeMessage } from './attempt-message.fixture.ts';
import { HopLog } from './hop-log.ts';

test('hops say where they were, when since submit, and what was seen there', () => {
  const colour = new ContextVariable<string>({ name: 'hop-log.colour', carry: { to: ['worker'] } });
  const log = new HopLog(makeMessage({ trail: true, submittedMs: performance.now() - 100 }), 3);
  colour.run('blue', () => log.worker());
  log.isolate('9.1', [['hop-log.colour', '"red"']]);
  log.hostCall('near', performance.now(), 5);
  expect(log.hops).toMatchObject([
    { kind: 'worker', where: 'thread 3', threadId: 3, context: [['hop-log.colour', '"blue"']] },
    {
      kind: 'isolate',
      where: 'realm 3:9.1',
      realmId: '3:9.1',
      context: [['hop-log.colour', '"red"']],
    },
    {
      kind: 'host call',
      where: 'thread 3',
      realmId: '3:9.1',
      name: 'near',
      tookMs: 5,
      context: [],
    },
  ]);
  for (const { atMs } of log.hops) expect(atMs).toBeGreaterThanOrEqual(100);
});

test('a job that asked for no trail leaves none', () => {
  const log = new HopLog(makeMessage(), 1);
  log.worker();
  log.isolate('1.1', []);
  log.hostCall('near', performance.now(), 1);
  expect(log.hops).toEqual([]);
});
