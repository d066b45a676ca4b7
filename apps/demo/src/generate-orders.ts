// Prints data/orders.csv; always the same text. `pnpm run generate` in apps/demo writes the file anew.
import { readShops } from './shops.ts';

const SEED = 20_260_801;
const ORDER_COUNT = 1_600;
const MAX_LINES = 4;

/** Mulberry32: numbers from 0 up to 1 that depend on the seed only. */
function seededChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const chance = seededChance(SEED);

function pick<T>(values: readonly T[]): T {
  const picked = values[Math.floor(chance() * values.length)];
  if (picked === undefined) throw new RangeError('expected something to pick from');
  return picked;
}

const shops = Object.entries(await readShops());
const rows = ['order,tenant,customer,sku,quantity,currency'];
for (let index = 1; index <= ORDER_COUNT; index++) {
  const order = `o${String(index).padStart(5, '0')}`;
  const [tenant, shop] = pick(shops);
  const customer = pick(Object.keys(shop.customers));
  const currency = pick(shop.payIn);
  const lineCount = 1 + Math.floor(chance() * MAX_LINES);
  for (let line = 0; line < lineCount; line++) {
    const sku = pick(Object.keys(shop.prices));
    rows.push([order, tenant, customer, sku, pick(shop.quantities), currency].join(','));
  }
}
process.stdout.write(`${rows.join('\n')}\n`);
