import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Line } from './line.ts';
import { PriorityLine } from './priority-line.ts';

const anyStep = fc.record({
  kind: fc.constantFrom('push' as const, 'delete' as const, 'shift' as const),
  item: fc.nat({ max: 9 }),
  priority: fc.integer({ min: -1, max: 1 }),
});

test('a line keeps its order, whatever is taken out of it', () => {
  fc.assert(
    fc.property(fc.array(anyStep), (steps) => {
      const line = new Line<number>();
      let model: number[] = [];
      for (const { kind, item } of steps) {
        const out = kind === 'shift' ? model[0] : item;
        const wasThere = out !== undefined && model.includes(out);
        model = model.filter((each) => each !== out);
        if (kind === 'push') line.push(item);
        else if (out !== undefined) expect(line.delete(out)).toBe(wasThere);
        if (kind === 'push') model.push(item);
        expect([...line]).toEqual(model);
        expect([line.first, line.size]).toEqual([model[0], model.length]);
      }
    }),
  );
});

test('the first is the oldest of the highest priority', () => {
  fc.assert(
    fc.property(fc.array(anyStep), (steps) => {
      const line = new PriorityLine<number>();
      let model: { item: number; priority: number }[] = [];
      steps.forEach(({ kind, item, priority }, index) => {
        if (kind === 'push') {
          // Each is another item: nobody stands in it twice.
          const fresh = index * 10 + item;
          line.push(fresh, priority);
          model.push({ item: fresh, priority });
        } else {
          const out = kind === 'shift' ? model[0] : model[item % model.length];
          if (out !== undefined) line.delete(out.item, out.priority);
          model = model.filter((each) => each !== out);
        }
        model = model.toSorted((one, other) => other.priority - one.priority);
        expect([line.first, line.size]).toEqual([model[0]?.item, model.length]);
      });
    }),
  );
});

test('an iteration goes on where what it stands at is taken out', () => {
  const line = new Line<string>();
  for (const item of ['a', 'b', 'c']) line.push(item);
  const seen: string[] = [];
  for (const item of line) {
    seen.push(item);
    line.delete(item);
  }
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(line.size).toBe(0);
});
