import { extname } from 'node:path';
import type { Peer } from './peer.ts';
import { poolLane } from './pool-lane.ts';

const name = 'Piscina and node:vm';
const filename = new URL(`./node-vm.worker${extname(import.meta.url)}`, import.meta.url);

/** Contexts of `node:vm` in the threads of a bare pool: what a program does that takes globals of its own for a wall. */
export const nodeVm: Peer = {
  name,
  needs: 'piscina',
  open: async (options) => poolLane({ ...options, name, filename }),
};
