export {};
throw new RangeError('no database to be found');
