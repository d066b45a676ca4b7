import { whoami as identify, fail as failWithSecret } from './host-functions.fixture.ts';

export const whoamiInWorker: typeof identify = identify;
export const failInWorker: typeof failWithSecret = failWithSecret;
