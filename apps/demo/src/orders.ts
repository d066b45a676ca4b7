import { readFile } from 'node:fs/promises';

/** One line of an order. */
export interface OrderLine {
  readonly order: string;
  readonly tenant: string;
  readonly customer: string;
  readonly sku: string;
  readonly quantity: number;
  readonly currency: string;
}

/** Whole orders of one tenant: what one job prices. */
export interface Batch {
  /** Tenant and number, such as `harbour-07`. */
  readonly id: string;
  readonly lines: readonly OrderLine[];
}

const HEADER = 'order,tenant,customer,sku,quantity,currency';

/** Reads the order file that ships with the demo. */
export async function readOrders(): Promise<readonly OrderLine[]> {
  return parseOrders(await readFile(new URL('../data/orders.csv', import.meta.url), 'utf8'));
}

/**
 * Reads comma-separated order lines. The file is our own and has no quoted field.
 *
 * @throws Error naming the line that is none
 */
function parseOrders(text: string): readonly OrderLine[] {
  const [header, ...rows] = text.trimEnd().split('\n');
  if (header !== HEADER) throw new Error(`line 1: expected ${HEADER}`);
  return rows.map((row, index) => {
    const [order, tenant, customer, sku, count, currency, ...rest] = row.split(',');
    const quantity = Number(count);
    if (!order || !tenant || !customer || !sku || !currency || rest.length > 0) {
      throw new Error(`line ${index + 2}: expected ${HEADER}`);
    }
    if (!Number.isInteger(quantity) || quantity < 1) {
      throw new Error(`line ${index + 2}: expected a quantity of 1 or more`);
    }
    return { order, tenant, customer, sku, quantity, currency };
  });
}

/**
 * Makes batches of `lineCount` lines or a few more, for an order is never split, with the tenants taking turns: neighbours
 * belong to different tenants wherever they can.
 */
export function makeBatches(lines: readonly OrderLine[], lineCount: number): readonly Batch[] {
  const queues = [...Map.groupBy(lines, ({ tenant }) => tenant)].map(([tenant, own]) =>
    cut(own, lineCount).map((part, index) => ({
      id: `${tenant}-${String(index + 1).padStart(2, '0')}`,
      lines: part,
    })),
  );
  const longest = Math.max(...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => queue.slice(turn, turn + 1)),
  ).flat();
}

function cut(lines: readonly OrderLine[], lineCount: number): OrderLine[][] {
  const parts: OrderLine[][] = [];
  let part: OrderLine[] = [];
  for (const line of lines) {
    if (part.length >= lineCount && part.at(-1)?.order !== line.order) {
      parts.push(part);
      part = [];
    }
    part.push(line);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
