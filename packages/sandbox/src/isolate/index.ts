export { openIsolateEngine } from './isolate-engine.ts';
export type { IsolateEngineOptions } from './isolate-engine.ts';
