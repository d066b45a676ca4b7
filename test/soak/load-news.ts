import type { Acknowledged, SeenEnd } from '../chaos/durable-load.ts';

/** What the process that sends the load prints, a line of JSON each. */
export type LoadNews =
  | { readonly what: 'acknowledged'; readonly job: Acknowledged }
  /** A job was looked at, and had ended. */
  | { readonly what: 'seen'; readonly label: string; readonly end: SeenEnd }
  /** So many requests had no answer, and are sent again. */
  | { readonly what: 'again'; readonly count: number }
  | { readonly what: 'wrong'; readonly wrong: string };
