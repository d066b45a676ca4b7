import { extname } from 'node:path';

/** URL of the program that a pool process runs. */
export const processEntryUrl: URL = new URL(`./entry${extname(import.meta.url)}`, import.meta.url);
