import { ContextSnapshot, ContextVariable } from '@waybill/context';
import type { Replay } from './replay-steps.fixture.ts';

const make = <T>(defaultValue: T): ContextVariable<T> =>
  new ContextVariable({ name: 'replayed', defaultValue });

function say(this: unknown, ...args: unknown[]): unknown {
  return [this, ...args];
}

/** `ContextSnapshot` as `AsyncContext.Snapshot`. */
export const snapshots: readonly Replay[] = [
  {
    property: 'a captured context is restored in any other, also what was not set in it',
    play: async (cross) => {
      const [a, b] = [make('default'), make('')];
      const look = async (): Promise<unknown> => {
        await cross();
        return [a.get(), b.get()];
      };
      const unset = ContextSnapshot.capture();
      const set = a.run('set', () => ContextSnapshot.capture());
      return b.run('other', () =>
        a.run('outer', async () => {
          const far = [await cross(() => unset.run(look)), await cross(set.wrap(look))];
          return [await unset.run(look), await set.run(look), ...far, await look()];
        }),
      );
    },
    seen: [
      ['default', ''],
      ['set', ''],
      ['default', ''],
      ['set', ''],
      ['outer', 'other'],
    ],
  },
  {
    property:
      'run and wrap hand arguments, results and failures through, and wrap the this of its caller',
    play: async (cross) => {
      const snapshot = ContextSnapshot.capture();
      const double = async (number: number): Promise<number> => {
        await cross();
        return number * 2;
      };
      const fail = (): never => {
        throw new RangeError('asked for');
      };
      const name = (fn: () => unknown): unknown => {
        try {
          return fn();
        } catch (error) {
          return Object(error).name;
        }
      };
      return [
        await cross(() => [snapshot.run(say, 1, 2), snapshot.wrap(say).call('this', 1, 2)]),
        [await snapshot.run(double, 2), await snapshot.wrap(double)(3)],
        [name(() => snapshot.run(fail)), name(snapshot.wrap(fail))],
        name(() => snapshot.run(undefined as unknown as () => void)),
        await cross(snapshot.wrap(() => Promise.reject(new Error('asked for')))).catch((error) =>
          String(error).includes('asked for'),
        ),
      ];
    },
    seen: [
      [
        [undefined, 1, 2],
        ['this', 1, 2],
      ],
      [4, 6],
      ['RangeError', 'RangeError'],
      'TypeError',
      true,
    ],
  },
  {
    property: 'snapshots inside of each other, out of order and again restore each its own',
    play: async (cross) => {
      const variable = make(0);
      const seen: unknown[] = [];
      const look = async (): Promise<void> => {
        await cross();
        seen.push(variable.get());
      };
      const [first, second] = [1, 2].map((value) =>
        variable.run(value, () => ContextSnapshot.capture().wrap(look)),
      );
      const nested = variable.run(3, () =>
        ContextSnapshot.capture().wrap(async () => {
          await first?.();
          await look();
        }),
      );
      for (const way of [second, first, nested, second, first]) await way?.();
      await look();
      return seen;
    },
    seen: [2, 1, 1, 3, 2, 1, 0],
  },
  {
    property:
      'a snapshot is not changed by what runs in it, and the one before comes back after a failure',
    play: async (cross) => {
      const variable = make('');
      const seen: unknown[] = [];
      const look = (): void => void seen.push(variable.get());
      const snapshot = variable.run('taken', () => ContextSnapshot.capture());
      await variable.run('outer', async () => {
        await snapshot.run(() => variable.run('inside', () => cross().then(look)));
        await snapshot.run(() => cross().then(look));
        await cross(() =>
          snapshot.run(() => {
            look();
            throw new Error('asked for');
          }),
        ).catch(look);
        snapshot.run(() => ContextSnapshot.root.run(look));
        look();
      });
      return seen;
    },
    seen: ['inside', 'taken', 'taken', 'outer', '', 'outer'],
  },
];
