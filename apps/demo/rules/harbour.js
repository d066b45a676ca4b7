import { basisPoints, convert, groupByOrder } from './money.js';

// Wholesale: a discount by volume on each line, VAT of the customer's country on the order.
const volumeDiscounts = [
  { from: 96, rate: 1_000 },
  { from: 24, rate: 500 },
];

const linePrice = ({ sku, quantity }, prices) => {
  const gross = prices[sku] * quantity;
  const discount = volumeDiscounts.find(({ from }) => quantity >= from);
  return gross - basisPoints(gross, discount?.rate ?? 0);
};

export default async function priceBatch({ batch, lines }, { host, context, log }) {
  const { currency: home, prices } = await host.prices.list(batch);

  const priceOrder = async (order) => {
    const { order: id, customer: name, currency } = order[0];
    const customer = await host.customers.find(batch, name);
    const vat = await host.taxRate(batch, customer.region);
    const perMillion = await host.exchangeRate(batch, home, currency);
    const net = order.reduce((sum, line) => sum + linePrice(line, prices), 0);
    const gross = net + basisPoints(net, vat);
    if (gross > 2_000_000) log.warn(`order ${id} of ${name} needs a second signature`);
    return { order: id, currency, total: convert(gross, perMillion) };
  };

  const orders = await Promise.all(groupByOrder(lines).map(priceOrder));
  return { tenant: context.get('tenant'), orders };
}
