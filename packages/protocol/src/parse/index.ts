export type { Issue } from './check.ts';
export { parseFunctionSpec } from './function.ts';
export { jobJsonSchema, parseJobSpec } from './job.ts';
export { parseLimits } from './limits.ts';
export { parseSettings } from './settings.ts';
export type { SettingsSurroundings } from './settings.ts';
