/** Not a function. */
export const version = 1;
