/** Never offered: the module fails before. */
export const answer = (): number => 42;

throw new RangeError('no database to be found');
