import { expect, test } from 'vitest';
import { lookAfterThread } from './look-after-thread.ts';
import { openOffice } from './office.fixture.ts';

/** What becomes of a program two of whose attempts were found so, each in a process of its own. */
async function refusedAfter(
  doubt: 'held' | 'ended' | 'busy',
  containment: 'process' | 'thread',
): Promise<boolean> {
  await using opened = openOffice(2, { containment });
  opened.doubt = doubt;
  for (let round = 0; round < 2; round++) {
    await lookAfterThread(opened.office, opened.begin(opened.admit()));
  }
  return opened.office.quarantine.list().length === 1;
}

test('a program that held two threads until their processes ended is in quarantine', async () => {
  expect(await refusedAfter('held', 'process')).toBe(true);
});

test('one whose threads could be ended is not, and none is where all share the submitting process', async () => {
  expect(await refusedAfter('ended', 'process')).toBe(false);
  expect(await refusedAfter('busy', 'process')).toBe(false);
  expect(await refusedAfter('held', 'thread')).toBe(false);
});
