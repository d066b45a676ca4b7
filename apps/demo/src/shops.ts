import { readFile } from 'node:fs/promises';

/** One customer of a tenant. */
export interface Customer {
  readonly region: string;
  readonly tier: string;
}

/** What one tenant's database holds. Prices are minor units of the home currency. */
export interface Shop {
  readonly currency: string;
  /** Currencies its customers pay in, the frequent ones more than once. */
  readonly payIn: readonly string[];
  /** Quantities its customers order. */
  readonly quantities: readonly number[];
  readonly prices: Readonly<Record<string, number>>;
  readonly customers: Readonly<Record<string, Customer>>;
}

/** Reads the shops of all tenants, by tenant: the demo's database. */
export async function readShops(): Promise<Readonly<Record<string, Shop>>> {
  return readData<Record<string, Shop>>('shops.json');
}

/** Reads a file of the demo's `data` folder that ships with it. */
export async function readData<T>(name: string): Promise<T> {
  const url = new URL(`../data/${name}`, import.meta.url);
  return JSON.parse(await readFile(url, 'utf8')) as T;
}
