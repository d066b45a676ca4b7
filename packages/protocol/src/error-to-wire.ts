import { errorWireLimits, type ErrorWire } from './error-wire.ts';
import { hasErrorBrand, type ErrorStacks } from './errors.ts';
import { toJsonDetails } from './json-details.ts';
import { clipText, readProperty, readText } from './safe-read.ts';

const limits = errorWireLimits;

/**
 * Writes anything that was thrown as plain data. Never throws, whatever it is given: what cannot be
 * read is left out, what is too long is cut.
 */
export function errorToWire(thrown: unknown): ErrorWire {
  try {
    return toWire(thrown, limits.causeCount, { errorsLeftCount: limits.totalErrorsCount });
  } catch {
    // Close to the end of the stack even the careful reads above can throw.
    return { kind: 'thrown', name: 'Error', message: 'an error was thrown that could not be read' };
  }
}

interface Budget {
  errorsLeftCount: number;
}

function toWire(thrown: unknown, causesLeftCount: number, budget: Budget): ErrorWire {
  budget.errorsLeftCount -= 1;
  if (!isErrorLike(thrown)) return thrownToWire(thrown);
  const ours = hasErrorBrand(thrown);
  const code = readCode(readProperty(thrown, 'code'));
  const stack = readText(readProperty(thrown, 'stack'), limits.stackChars);
  const stackOf = ours ? readStacks(readProperty(thrown, 'stackOf')) : undefined;
  const details = ours ? toJsonDetails(detailsOf(thrown)) : undefined;
  const cause = causeToWire(readProperty(thrown, 'cause'), causesLeftCount, budget);
  const errors = errorsToWire(readProperty(thrown, 'errors'), causesLeftCount, budget);
  return {
    kind: ours ? 'waybill' : 'error',
    name: readText(readProperty(thrown, 'name'), limits.nameChars) ?? 'Error',
    message: readText(readProperty(thrown, 'message'), limits.messageChars) ?? '',
    ...(code !== undefined && { code }),
    ...(stack !== undefined && { stack }),
    ...(stackOf !== undefined && { stackOf }),
    ...(details !== undefined && { details }),
    ...(cause !== undefined && { cause }),
    ...(errors !== undefined && { errors }),
  };
}

function detailsOf(ours: unknown): unknown {
  // A ContextError has no details; it names the variable at fault in a property of its own.
  const variable = readProperty(ours, 'variable');
  return readProperty(ours, 'details') ?? (variable === undefined ? {} : { variable });
}

/** Reads the stacks of an error or of a wire; absent ones stay absent. */
export function readStacks(value: unknown): ErrorStacks {
  const guest = readText(readProperty(value, 'guest'), limits.stackChars);
  const host = readText(readProperty(value, 'host'), limits.stackChars);
  const submitter = readText(readProperty(value, 'submitter'), limits.stackChars);
  return {
    ...(guest !== undefined && { guest }),
    ...(host !== undefined && { host }),
    ...(submitter !== undefined && { submitter }),
  };
}

/** Reads a code as Node and the web give them: a string, or a finite number. */
export function readCode(value: unknown): string | number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return readText(value, limits.codeChars);
}

function causeToWire(
  cause: unknown,
  causesLeftCount: number,
  budget: Budget,
): ErrorWire | undefined {
  // Also what ends a chain that leads back to itself.
  if (cause === undefined || causesLeftCount === 0 || budget.errorsLeftCount <= 0) return undefined;
  return toWire(cause, causesLeftCount - 1, budget);
}

function errorsToWire(
  errors: unknown,
  causesLeftCount: number,
  budget: Budget,
): readonly ErrorWire[] | undefined {
  if (causesLeftCount === 0 || !isArray(errors)) return undefined;
  const wires: ErrorWire[] = [];
  const count = Math.min(lengthOf(errors), limits.aggregateErrorsCount);
  for (let index = 0; index < count && budget.errorsLeftCount > 0; index += 1) {
    wires.push(toWire(readProperty(errors, index), causesLeftCount - 1, budget));
  }
  return wires;
}

function thrownToWire(thrown: unknown): ErrorWire {
  const message = clipText(`${describeThrown(thrown)} was thrown`, limits.messageChars);
  return { kind: 'thrown', name: 'Error', message };
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null) return 'an object that is no error';
  return typeof thrown === 'function' ? 'a function' : `the value ${String(thrown)}`;
}

function isErrorLike(value: unknown): boolean {
  try {
    // By its message too, for errors of another realm are no instances of ours.
    return value instanceof Error || typeof readProperty(value, 'message') === 'string';
  } catch {
    // instanceof asks a proxy for its prototype.
    return false;
  }
}

function isArray(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked proxy.
    return false;
  }
}

function lengthOf(value: unknown): number {
  const length = readProperty(value, 'length');
  return typeof length === 'number' ? length : 0;
}
