// Amounts are whole minor units (cents, yen), rates are basis points: no fraction is ever kept.

export const basisPoints = (amount, rate) => Math.round((amount * rate) / 10_000);

/** `perMillion`: minor units of the other currency for a million minor units of this one. */
export const convert = (amount, perMillion) => Math.round((amount * perMillion) / 1_000_000);

export function groupByOrder(lines) {
  const orders = new Map();
  for (const line of lines) {
    const known = orders.get(line.order);
    if (known === undefined) orders.set(line.order, [line]);
    else known.push(line);
  }
  return [...orders.values()];
}
