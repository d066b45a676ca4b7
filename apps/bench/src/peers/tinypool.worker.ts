import { createIsolateGuest } from './isolate-guest.ts';

const guest = await createIsolateGuest();

/** Calls the function of a context that is kept. */
export const warm = (input: unknown): Promise<unknown> => guest.warm(input);

/** Makes a context, compiles and calls. */
export const fresh = (input: unknown): Promise<unknown> => guest.fresh(input);

/** Called by the pool before it ends the thread. */
export const teardown = (): Promise<void> => guest.dispose();
