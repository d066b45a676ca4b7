import type { Scenario } from './scenario.ts';
import { warmCall } from './scenarios/warm-call.ts';

/** All there are, in the order of the report. */
export const scenarios: readonly Scenario[] = [warmCall];
