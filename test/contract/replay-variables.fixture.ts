import { ContextSnapshot, ContextVariable } from '@waybill/context';
import type { Replay } from './replay-steps.fixture.ts';

const make = <T>(): ContextVariable<T> => new ContextVariable<T>({ name: 'replayed' });

/** Whether it is null or undefined depends on the way: AsyncLocalStorage.run, which variables run on, gives null. */
function say(this: unknown, ...args: unknown[]): unknown {
  return [this ?? 'no this', ...args];
}

/** `ContextVariable` as `AsyncContext.Variable`. */
export const variables: readonly Replay[] = [
  {
    property: 'a variable has its name and its default, and undefined is a value like others',
    play: async (cross) => {
      const plain = make<null>();
      const other = new ContextVariable<string | undefined>({
        name: 'other',
        defaultValue: 'default',
      });
      const look = (): unknown => [plain.get(), other.get()];
      await cross();
      return [
        plain.name,
        look(),
        await plain.run(null, () => cross().then(look)),
        await other.run(undefined, () => cross().then(look)),
        look(),
      ];
    },
    seen: [
      'replayed',
      [undefined, 'default'],
      [null, 'default'],
      [undefined, undefined],
      [undefined, 'default'],
    ],
  },
  {
    property:
      'run calls its function with arguments and no this, at once, and gives back what it returns',
    play: async (cross) => {
      const variable = make<string>();
      const before: string[] = [];
      const value = variable.run(
        'set',
        (...args) => {
          before.push(...args);
          return say(...args);
        },
        'a',
        'b',
      );
      const later = variable.run(
        'set',
        async (number: number) => {
          await cross();
          return number + 1;
        },
        1,
      );
      return [variable.run('set', say, 1), before, value, await later, variable.get()];
    },
    seen: [['no this', 1], ['a', 'b'], ['no this', 'a', 'b'], 2, undefined],
  },
  {
    property: 'variables inside of each other keep each its value, and the ones around come back',
    play: async (cross) => {
      const [a, b, c] = [make<number>(), make<number>(), make<number>()];
      const seen: unknown[] = [];
      const look = async (): Promise<void> => {
        await cross();
        seen.push([a.get(), b.get(), c.get()]);
      };
      await a.run(1, async () => {
        await look();
        await b.run(2, async () => {
          await c.run(3, look);
          await a.run(4, look);
          await look();
        });
        await look();
      });
      await look();
      return seen;
    },
    seen: [
      [1, undefined, undefined],
      [1, 2, 3],
      [4, 2, undefined],
      [1, 2, undefined],
      [1, undefined, undefined],
      [undefined, undefined, undefined],
    ],
  },
  {
    property:
      'what a run throws comes out in the context around it, and so does what is no function',
    play: async (cross) => {
      const variable = make<string>();
      const seen: unknown[] = [];
      const look = (error: unknown): unknown => seen.push([Object(error).name, variable.get()]);
      const fail = (): never => {
        throw new RangeError('asked for');
      };
      await variable.run('outer', async () => {
        for (const wrong of [fail, undefined, {}]) {
          try {
            variable.run('inner', wrong as () => void);
          } catch (error) {
            look(error);
          }
        }
        await variable.run('inner', () => cross().then(fail)).catch(look);
      });
      return seen;
    },
    seen: ['RangeError', 'TypeError', 'TypeError', 'RangeError'].map((name) => [name, 'outer']),
  },
  {
    property: 'what waits for the promise of a run goes on in its own context',
    play: async (cross) => {
      const variable = make<string>();
      const snapshot = variable.run('of the snapshot', () => ContextSnapshot.capture());
      const look = async (): Promise<unknown> => {
        await cross();
        return variable.get();
      };
      const after = async (inside: Promise<unknown>): Promise<unknown> => [
        await inside,
        variable.get(),
      ];
      return variable.run('outer', () =>
        Promise.all([after(variable.run('inner', look)), after(snapshot.run(look))]),
      );
    },
    seen: [
      ['inner', 'outer'],
      ['of the snapshot', 'outer'],
    ],
  },
];
