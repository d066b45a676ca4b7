import type { Checks, ScenarioResult } from '../report/result.ts';

/** Told to the process of a scenario, once: which one it is, and how it is run. */
export interface StartMessage {
  readonly kind: 'start';
  /** The module whose `scenarios` it is one of. */
  readonly scenariosUrl: string;
  readonly scenario: string;
  readonly seed: number;
  readonly isQuick: boolean;
  readonly hasPeers: boolean;
}

/** What the process of a scenario is told. `end` asks it to stop in order. */
export type DownMessage = StartMessage | { readonly kind: 'end' };

/** What the process of a scenario tells. */
export type UpMessage =
  | { readonly kind: 'progress'; readonly share: number; readonly doing: string }
  | { readonly kind: 'result'; readonly result: ScenarioResult }
  | { readonly kind: 'failed'; readonly reason: string; readonly checks: Checks };
