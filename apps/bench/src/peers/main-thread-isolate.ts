import { echoLane } from './echo-lane.ts';
import { createIsolateGuest } from './isolate-guest.ts';
import type { Peer } from './peer.ts';

const name = 'isolated-vm on the main thread';

/** One isolate beside the caller, no pool: all that is waited for is the isolate's own thread. */
export const mainThreadIsolate: Peer = {
  name,
  needs: 'isolated-vm',
  async open({ how }) {
    const guest = await createIsolateGuest();
    return echoLane({
      name,
      answer: (input) => guest[how](input),
      dispose: () => guest.dispose(),
    });
  },
};
