export { refusal, unknownKey } from './check.ts';
export type { Issue, Subject } from './check.ts';
export { describe } from './describe.ts';
export { didYouMean, hintAt } from './did-you-mean.ts';
export { parseFunctionSpec } from './function.ts';
export { jobJsonSchema, parseJobSpec } from './job.ts';
export { parseLimits } from './limits.ts';
export { parseSettings } from './settings.ts';
export type { SettingsSurroundings } from './settings.ts';
