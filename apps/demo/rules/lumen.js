import { basisPoints, convert, groupByOrder } from './money.js';

// Retail: loyalty takes its share off the whole order, then the state adds its sales tax. Canadians pay in their dollars.
const loyalty = { none: 0, silver: 300, gold: 800 };

export default async function priceBatch({ batch, lines }, { host, context }) {
  const { currency: home, prices } = await host.prices.list(batch);
  const customers = new Map();
  const find = (id) => {
    if (!customers.has(id)) customers.set(id, host.customers.find(batch, id));
    return customers.get(id);
  };

  const orders = [];
  for (const order of groupByOrder(lines)) {
    const { order: id, customer, currency } = order[0];
    const { tier, region } = await find(customer);
    const sum = order.reduce((soFar, { sku, quantity }) => soFar + prices[sku] * quantity, 0);
    const net = sum - basisPoints(sum, loyalty[tier]);
    const gross = net + basisPoints(net, await host.taxRate(batch, region));
    const perMillion =
      currency === home ? 1_000_000 : await host.exchangeRate(batch, home, currency);
    orders.push({ order: id, currency, total: convert(gross, perMillion) });
  }
  return { tenant: context.get('tenant'), orders };
}
