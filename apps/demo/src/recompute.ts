import type { OrderLine } from './orders.ts';
import { type Shop, readData } from './shops.ts';

/** Totals in minor units by `tenant currency`, such as `harbour EUR`. */
export type Revenue = Readonly<Record<string, number>>;

interface Terms {
  /** Price of one line before anything that counts for the order. */
  readonly line: (gross: number, quantity: number, price: number) => number;
  /** What is added to or taken off the order before tax. */
  readonly net: (sum: number, tier: string) => number;
  readonly tax: (net: number, basisPoints: number) => number;
}

const cents = (amount: number): number => Math.round(amount);

const rounded = (net: number, basisPoints: number): number => cents((net * basisPoints) / 10_000);

const terms: Readonly<Record<string, Terms>> = {
  harbour: {
    line(gross, quantity) {
      if (quantity >= 96) return gross - cents(gross / 10);
      return quantity >= 24 ? gross - cents(gross / 20) : gross;
    },
    net: (sum) => sum,
    tax: rounded,
  },
  lumen: {
    line: (gross) => gross,
    net(sum, tier) {
      if (tier === 'gold') return sum - cents((sum * 8) / 100);
      return tier === 'silver' ? sum - cents((sum * 3) / 100) : sum;
    },
    tax: rounded,
  },
  sakura: {
    line: (gross, quantity, price) => gross - Math.floor(quantity / 11) * price,
    net: (sum) => (sum < 5_000 ? sum + 600 : sum),
    tax: (net, basisPoints) => Math.floor((net * basisPoints) / 10_000),
  },
};

/**
 * Prices all orders without guests, host functions or Waybill, in one loop: what the jobs must come to. The terms of the
 * tenants are written down a second time on purpose.
 */
export async function recomputeRevenue(
  lines: readonly OrderLine[],
  shops: Readonly<Record<string, Shop>>,
): Promise<Revenue> {
  const exchange = await readData<Record<string, Record<string, number>>>('exchange-rates.json');
  const taxes = await readData<Record<string, number>>('tax-rates.json');
  const revenue: Record<string, number> = {};
  for (const order of Map.groupBy(lines, (line) => line.order).values()) {
    const { tenant, customer, currency } = first(order);
    const shop = known(shops[tenant]);
    const { line, net, tax } = known(terms[tenant]);
    const { region, tier } = known(shop.customers[customer]);
    let sum = 0;
    for (const { sku, quantity } of order) {
      const price = known(shop.prices[sku]);
      sum += line(price * quantity, quantity, price);
    }
    const before = net(sum, tier);
    const total = before + tax(before, known(taxes[region]));
    const paid = cents((total * known(exchange[shop.currency]?.[currency])) / 1_000_000);
    const key = `${tenant} ${currency}`;
    revenue[key] = (revenue[key] ?? 0) + paid;
  }
  return revenue;
}

function first(order: readonly OrderLine[]): OrderLine {
  return known(order[0]);
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the order file names something that is in no table');
  return value;
}
