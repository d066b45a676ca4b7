import type { DescribedError } from './kit-types.ts';

/** Where errors came from, kept apart from the errors themselves so that no guest can forge it. */
export interface ErrorMarks {
  readonly mark: (error: object, origin: { kitCode?: string; hostCallId?: number }) => void;
  /** A thrown value as the JSON of a {@link DescribedError}. Never throws, never longer than 64 KB. */
  readonly describe: (thrown: unknown) => string;
}

/**
 * Makes the part of the kit that puts thrown values into words.
 *
 * Self-contained: its text is evaluated inside guest realms. The getters and `toString` methods it meets are
 * guest code that runs here, inside the turn's time limit, and not later in the addon, which has none.
 */
export function makeErrorMarks(): ErrorMarks {
  const { apply, getPrototypeOf } = Reflect;
  const { stringify } = JSON;
  const { slice, split, indexOf } = String.prototype;
  const StringOf = String;
  const origins = new WeakMap<object, { kitCode?: string; hostCallId?: number }>();
  const setOrigin = origins.set.bind(origins);
  const getOrigin = origins.get.bind(origins);
  const join = Array.prototype.join;

  const cut = (value: unknown, most: number): string =>
    apply(slice, typeof value === 'string' ? value : StringOf(value), [0, most]);
  const words = (value: unknown, most: number, otherwise: string): string => {
    try {
      return cut(value, most);
    } catch {
      // A value that throws when it is turned into text says nothing; the reader is told so.
      return otherwise;
    }
  };
  // Frames of the kit are ours, not the guest's: they would only puzzle whoever reads the stack.
  const guestFrames = (stack: string): string => {
    const lines = apply(split, stack, ['\n', 60]) as string[];
    const kept: string[] = [];
    let count = 0;
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index] as string;
      if (apply(indexOf, line, ['waybill:kit']) < 0) {
        Object.defineProperty(kept, count++, { value: line, enumerable: true });
      }
    }
    return apply(join, kept, ['\n']);
  };
  const errorOf = (thrown: object, depth: number): DescribedError => {
    const { name, message, stack, code, cause } = thrown as Record<string, unknown>;
    const described: Record<string, unknown> = {
      __proto__: null,
      name: name === undefined ? 'Error' : words(name, 100, 'Error'),
      message: message === undefined ? '' : words(message, 4096, '(a message that cannot be read)'),
      stack: typeof stack === 'string' ? guestFrames(cut(stack, 16_384)) : '',
    };
    if (code !== undefined) described['code'] = words(code, 100, '');
    if (cause !== undefined && depth < 4) described['cause'] = valueOf(cause, depth + 1);
    const origin = getOrigin(thrown);
    if (origin?.kitCode !== undefined) described['kitCode'] = origin.kitCode;
    if (origin?.hostCallId !== undefined) described['hostCallId'] = origin.hostCallId;
    return described as unknown as DescribedError;
  };
  const valueOf = (thrown: unknown, depth: number): DescribedError => {
    try {
      if (typeof thrown === 'object' && thrown !== null) {
        if ('message' in thrown || 'stack' in thrown || getPrototypeOf(thrown) === null) {
          return errorOf(thrown, depth);
        }
        return {
          name: 'Error',
          message: `threw ${words(stringify(thrown), 1024, 'an object')}`,
          stack: '',
        };
      }
      const text = typeof thrown === 'function' ? 'a function' : words(thrown, 4096, 'a symbol');
      return { name: 'Error', message: `threw ${text} (${typeof thrown}, no Error)`, stack: '' };
    } catch {
      // Hostile getters end here, those that throw; those that loop end with the turn.
      return { name: 'Error', message: '(a thrown value that cannot be read)', stack: '' };
    }
  };
  return {
    mark: (error, origin) => void setOrigin(error, origin),
    describe: (thrown) => stringify(valueOf(thrown, 0)),
  };
}
