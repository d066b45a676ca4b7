/** A module of host functions that holds none. */
export const answer = 42;
