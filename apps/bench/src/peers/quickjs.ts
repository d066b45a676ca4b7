import { extname } from 'node:path';
import type { Peer } from './peer.ts';
import { poolLane } from './pool-lane.ts';

const name = 'quickjs-emscripten';
const filename = new URL(`./quickjs.worker${extname(import.meta.url)}`, import.meta.url);

/** QuickJS in WebAssembly, in the threads of a bare pool: an interpreter whose memory is one array of ours. */
export const quickjs: Peer = {
  name,
  needs: 'quickjs-emscripten',
  open: async (options) => poolLane({ ...options, name, filename }),
};
