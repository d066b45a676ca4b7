/** Calls that one thread is given at once, ours, a floor's or a peer's: as many as the pool gives one where nothing else is asked for. */
export const callsPerThread = 16;
