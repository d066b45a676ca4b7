import { createOrchestrator } from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';
import { expect, test, vi } from 'vitest';
import { atBaseline } from '../support/with-orchestrator.ts';
import { Load, loadOptions } from './load.ts';

const seed = 7;

test.each(['thread', 'process'] as const)(
  'contained by %s: threads that exit under load cost no job more than another try',
  async (containment) => {
    await using _leaks = leakCheck(10_000);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await using waybill = await createOrchestrator({ ...loadOptions, containment });
    await using load = new Load(waybill, seed);
    for (let count = 0; count < 5; count++) {
      const source = 'export default (_, { host }) => host.worker.exit()';
      const replaced = Promise.withResolvers<void>();
      const unhear = waybill.on('worker:started', () => replaced.resolve());
      const outcome = await waybill.run({ tenant: `saboteur-${count}`, source });
      expect(outcome.ok ? 'ok' : outcome.error.code).toBe('ERR_WAYBILL_WORKER_EXITED');
      // A job is run again only so often: no more exits than there are threads to take over.
      await replaced.promise;
      unhear();
    }
    const report = await load.stop();
    expect(report.wrong).toEqual([]);
    await atBaseline(waybill, 10_000);
    warned.mockRestore();
  },
  60_000,
);
