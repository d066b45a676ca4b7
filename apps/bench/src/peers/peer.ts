import type { Lane } from '../lanes/lane.ts';

/** What a peer is opened with. */
export interface PeerOptions {
  /** `warm`: code that was loaded once is called again and again. `fresh`: each call has globals of its own. */
  readonly how: 'warm' | 'fresh';
  /** Threads that it may use, where it can be told. */
  readonly threads: number;
}

/** Another way to run code that is not one's own, used as its documentation says. */
export interface Peer {
  /** As the report shows it. */
  readonly name: string;
  /** The package that it needs, which may be absent. */
  readonly needs: string;
  /**
   * Makes a lane that gives back its input. The caller disposes it, and then nothing of it is left.
   *
   * @throws Error when it cannot start here
   */
  open(options: PeerOptions): Promise<Lane>;
}
