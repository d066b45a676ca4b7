import { availableParallelism } from 'node:os';
import type { SettingsSpec } from '@waybill/protocol';
import { parseSettings } from '@waybill/protocol/parse';

/**
 * Has one place at least be left for other tenants, whatever a single one sends: without a number of the operator's, a tenant runs
 * at most as many jobs at once as there are places, less one. Where there is but one place, it is everybody's.
 */
export function sharePlaces(
  given: SettingsSpec,
  defaultThreads: number = availableParallelism() - 1,
): SettingsSpec {
  if (given.tenants?.default?.maxRunning !== undefined) return given;
  const { containment, processes, threads, attemptsPerThread } = parseSettings(given, {
    defaultThreads,
  });
  const processCount = containment === 'process' ? processes.count : 1;
  const placesCount = processCount * threads * attemptsPerThread;
  const maxRunning = Math.min(65_536, Math.max(1, placesCount - 1));
  return {
    ...given,
    tenants: { ...given.tenants, default: { ...given.tenants?.default, maxRunning } },
  };
}
