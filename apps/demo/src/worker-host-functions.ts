import { assertContextOf } from './expectation.ts';
import { readData } from './shops.ts';

// Run in the pool threads. The tables are read once a thread, when it starts, and serve all tenants.
const [exchangeRates, taxRates] = await Promise.all([
  readData<Record<string, Record<string, number>>>('exchange-rates.json'),
  readData<Record<string, number>>('tax-rates.json'),
]);

/** Minor units of `to` for a million minor units of `from`. */
export function exchangeRate(batch: string, from: string, to: string): number {
  assertContextOf(batch);
  return found(exchangeRates[from]?.[to], `exchange rate from ${from} to ${to}`);
}

/** Tax of a region in basis points. */
export function taxRate(batch: string, region: string): number {
  assertContextOf(batch);
  return found(taxRates[region], `tax rate of ${region}`);
}

function found(rate: number | undefined, what: string): number {
  if (rate === undefined) throw new Error(`there is no ${what}`);
  return rate;
}
