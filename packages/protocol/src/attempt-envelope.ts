import type { AttemptMessage } from './attempt.ts';
import type { Program } from './job.ts';
import type { Limits } from './limits.ts';

/** An {@link AttemptMessage} as it crosses between two threads, of one process or of two. */
export interface AttemptEnvelope {
  /** JSON of everything but the limits and what may be large. */
  readonly head: string;
  /** JSON of the limits; of frozen ones it is kept for the next attempt. */
  readonly limits: string;
  readonly text: string;
  readonly bytes: string;
  /** Of an attempt that brings its own. */
  readonly program?: Program;
}

// Most attempts have the limits of the one before, and these are half of what there is to write and to read.
let written: { readonly limits: Limits; readonly text: string } | undefined;
let read: { readonly limits: Limits; readonly text: string } | undefined;

function writeLimits(limits: Limits): string {
  if (written?.limits === limits) return written.text;
  const text = JSON.stringify(limits);
  if (Object.isFrozen(limits)) written = { limits, text };
  return text;
}

function readLimits(text: string): Limits {
  if (read?.text !== text) read = { limits: Object.freeze(JSON.parse(text) as Limits), text };
  return read.limits;
}

/**
 * Puts a message into the form in which it crosses. A structured clone looks at every member of every
 * object, on both sides: as one text the small ones cross in less than half the time, and the large ones are not written twice.
 */
export function sealAttempt(message: AttemptMessage): AttemptEnvelope {
  const { target, limits } = message;
  const { text, bytes } = message.input;
  const isProgram = target.kind === 'program';
  // JSON leaves out what is undefined. Rest members would be copied by name, one by one.
  const small = { ...message, input: undefined, limits: undefined };
  const head = JSON.stringify(isProgram ? { ...small, target: undefined } : small);
  const envelope = { head, limits: writeLimits(limits), text, bytes };
  return isProgram ? { ...envelope, program: target.program } : envelope;
}

/** Takes a message out again. The envelope is one that {@link sealAttempt} made. */
export function openAttempt({
  head,
  limits,
  text,
  bytes,
  program,
}: AttemptEnvelope): AttemptMessage {
  const small = JSON.parse(head) as AttemptMessage;
  const target: AttemptMessage['target'] =
    program === undefined ? small.target : { kind: 'program', program };
  return { ...small, target, limits: readLimits(limits), input: { text, bytes } };
}
