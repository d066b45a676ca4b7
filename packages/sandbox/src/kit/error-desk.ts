import type { ParcelFault } from '@waybill/protocol';
import type { KitPrimordials } from './kit-primordials.ts';
import type { DescribedError, KitErrorCode } from './kit-types.ts';

/** Where an error came from. Kept apart from the error, so that no guest can forge it. */
interface Origin {
  readonly kitCode?: KitErrorCode;
  readonly hostCall?: HostCallOrigin;
  readonly fault?: ParcelFault;
}

/** A host call; jobs number theirs each from one. */
interface HostCallOrigin {
  readonly jobKey: number;
  readonly id: number;
}

/** What an error made by the kit says. */
export interface ErrorWords {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  /** The frames of the guest that it is about, one a line. */
  readonly frames: string;
}

/**
 * Makes the kit's errors and puts thrown values into words.
 *
 * Self-contained: its text is evaluated inside guest realms. The getters and `toString` methods it meets are guest
 * code that runs here, inside the turn's time limit, and not later in the addon, which has none.
 */
export class ErrorDesk {
  readonly #p: KitPrimordials;
  readonly #origins: WeakMap<object, Origin> = new WeakMap();

  constructor(p: KitPrimordials) {
    this.#p = p;
  }

  /** An error with a code of ours, recognisable as such when it comes back. */
  refusal(code: KitErrorCode, message: string, frames = ''): Error {
    return this.#make({ name: 'Error', message, code, frames }, { kitCode: code });
  }

  /** The error of a failed host call, with the guest's call site as its stack. */
  hostFailure(words: ErrorWords, hostCall: HostCallOrigin): Error {
    return this.#make(words, { hostCall });
  }

  /** An error with nothing known of its origin. */
  named(words: ErrorWords): Error {
    return this.#make(words, {});
  }

  /** The error of a value that cannot cross. */
  faultError(fault: ParcelFault): Error {
    const message = `${fault.path}: ${fault.found}`;
    return this.#make({ name: 'Error', message, code: undefined, frames: '' }, { fault });
  }

  /** The fault of a parcel, where an error was made for one. */
  faultOf(error: unknown): ParcelFault | undefined {
    return this.#originOf(error)?.fault;
  }

  /** Where guest code called one of our functions: its frames, as the guest's own stacks show them. */
  callSite(below: (...args: never[]) => unknown): { readonly stack?: unknown } {
    const site = this.#p.makeRecord();
    this.#p.captureStack(site, below);
    return site;
  }

  /** The frames of a call site in words. Formats them, which is dear and may run a guest's own formatter. */
  framesOf(site: { readonly stack?: unknown }): string {
    try {
      const { stack } = site;
      if (typeof stack !== 'string') return '';
      // The first line is the heading of an error that was none.
      const from = this.#p.indexOf(stack, '\n') + 1;
      return from === 0 ? '' : this.guestFrames(this.#p.slice(stack, from, from + 16_384));
    } catch {
      // A formatter of the guest's that throws: there are no frames to show.
      return '';
    }
  }

  /**
   * A stack without the kit's frames, what they called it through, and the host's below: they would only puzzle whoever
   * reads it.
   */
  guestFrames(stack: string): string {
    const { indexOf, slice } = this.#p;
    let kept = '';
    let native = '';
    for (let start = 0; start < stack.length;) {
      const found = indexOf(stack, '\n', start);
      const end = found < 0 ? stack.length : found;
      const line = `${start === 0 ? '' : '\n'}${slice(stack, start, end)}`;
      if (indexOf(line, '(node:vm:') >= 0) return kept + native;
      if (indexOf(line, 'waybill-kit') >= 0) native = '';
      else if (indexOf(line, '(<anonymous>)') >= 0) native += line;
      else {
        kept += native + line;
        native = '';
      }
      start = end + 1;
    }
    return kept + native;
  }

  /**
   * A thrown value as the JSON of a {@link DescribedError}. Never throws; each text in it is cut to length. Without
   * the key of the job that threw it, and for another job's error, no host call is named.
   */
  describe(thrown: unknown, jobKey?: number): string {
    return this.#p.stringify(this.#valueOf(thrown, jobKey, 0));
  }

  #make(words: ErrorWords, origin: Origin): Error {
    const { name, message, code, frames } = words;
    const error = this.#p.makeError(message);
    if (name !== 'Error') this.#p.put(error, 'name', name, false);
    if (code !== undefined) this.#p.put(error, 'code', code);
    const head = message === '' ? name : `${name}: ${message}`;
    this.#p.put(error, 'stack', frames === '' ? head : `${head}\n${frames}`, false);
    // Without a prototype: what is absent must not be found on Object.prototype.
    this.#p.weakSet(this.#origins, error, { ...origin, __proto__: null } as Origin);
    return error;
  }

  #originOf(error: unknown): Origin | undefined {
    if (typeof error !== 'object' || error === null) return undefined;
    return this.#p.weakGet(this.#origins, error);
  }

  #valueOf(thrown: unknown, jobKey: number | undefined, depth: number): DescribedError {
    try {
      if (typeof thrown === 'object' && thrown !== null) {
        return this.#objectOf(thrown, jobKey, depth);
      }
      const text = typeof thrown === 'function' ? 'a function' : this.#words(thrown, 4096, '');
      return this.#plain(`threw ${text} (${typeof thrown}, no Error)`);
    } catch {
      // Hostile getters end here, those that throw; those that loop end with the turn.
      return this.#plain('(a thrown value that cannot be read)');
    }
  }

  #objectOf(thrown: object, jobKey: number | undefined, depth: number): DescribedError {
    if (!('message' in thrown || 'stack' in thrown || this.#p.prototypeOf(thrown) === null)) {
      return this.#plain(`threw ${this.#words(this.#p.stringify(thrown), 1024, 'an object')}`);
    }
    const { name, message, stack, code, cause } = thrown as Record<string, unknown>;
    const unreadable = '(a message that cannot be read)';
    const described = this.#plain(
      message === undefined ? '' : this.#words(message, 4096, unreadable),
    );
    if (name !== undefined) described.name = this.#words(name, 100, 'Error');
    if (typeof stack === 'string') {
      described.stack = this.guestFrames(this.#p.slice(stack, 0, 16_384));
    }
    if (code !== undefined) described.code = this.#words(code, 100, '');
    if (cause !== undefined && depth < 4) described.cause = this.#valueOf(cause, jobKey, depth + 1);
    const origin = this.#originOf(thrown);
    described.kitCode = origin?.kitCode;
    const hostCall = origin?.hostCall;
    // A realm may keep errors of jobs that are over; this job's calls bear the same numbers.
    described.hostCallId = hostCall?.jobKey === jobKey ? hostCall?.id : undefined;
    return described;
  }

  // No prototype: neither a toJSON nor a field that is absent may be found on Object.prototype.
  #plain(message: string): DescribedError {
    return { __proto__: null, name: 'Error', message, stack: '' } as DescribedError;
  }

  #words(value: unknown, most: number, otherwise: string): string {
    try {
      return this.#p.slice(this.#p.textOf(value), 0, most);
    } catch {
      // A value that throws when it is turned into text says nothing; the reader is told so.
      return otherwise;
    }
  }
}
