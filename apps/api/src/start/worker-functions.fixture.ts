import { whoami as identify, fail as failWithSecret } from './host-functions.fixture.ts';

/** The names of the variables that a pool thread has. */
export const variablesInWorker = (): string[] => Object.keys(process.env);
export const whoamiInWorker: typeof identify = identify;
export const failInWorker: typeof failWithSecret = failWithSecret;
