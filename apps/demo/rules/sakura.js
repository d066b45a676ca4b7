import { convert, groupByOrder } from './money.js';

// Eleven for ten, freight below 5,000 yen, and consumption tax that is cut to whole yen, never rounded up.
const freight = (sum) => (sum < 5_000 ? 600 : 0);
const payable = (quantity) => quantity - Math.floor(quantity / 11);

// A deployed function is evaluated once and serves many jobs: what stands here is shared by all of them.
let priceList;

export default async function priceBatch({ batch, lines }, { host, context }) {
  priceList ??= await host.prices.list(batch);
  const { currency: home, prices } = priceList;
  const names = [...new Set(lines.map(({ customer }) => customer))];
  const found = await Promise.all(names.map((name) => host.customers.find(batch, name)));
  const customers = new Map(found.map((customer) => [customer.id, customer]));

  const orders = [];
  for (const order of groupByOrder(lines)) {
    const { order: id, customer, currency } = order[0];
    const sum = order.reduce(
      (soFar, { sku, quantity }) => soFar + prices[sku] * payable(quantity),
      0,
    );
    const rate = await host.taxRate(batch, customers.get(customer).region);
    const net = sum + freight(sum);
    const gross = net + Math.floor((net * rate) / 10_000);
    const perMillion =
      currency === home ? 1_000_000 : await host.exchangeRate(batch, home, currency);
    orders.push({ order: id, currency, total: convert(gross, perMillion) });
  }
  return { tenant: context.get('tenant'), orders };
}
