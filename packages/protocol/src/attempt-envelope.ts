import type { AttemptMessage } from './attempt.ts';
import type { Program } from './job.ts';

/** An {@link AttemptMessage} as it crosses between two threads of a process. */
export interface AttemptEnvelope {
  /** JSON of everything but what may be large. */
  readonly head: string;
  readonly text: string;
  readonly bytes: string;
  /** Of an attempt that brings its own. */
  readonly program?: Program;
}

type Head = Omit<AttemptMessage, 'input' | 'target'> & { readonly functionKey?: string };

/**
 * Puts a message into the form in which it crosses. A structured clone looks at every member of every object, on both sides: as
 * one text the small ones cross in less than half the time, and the large ones are not written twice.
 */
export function sealAttempt({ input, target, ...rest }: AttemptMessage): AttemptEnvelope {
  const { text, bytes } = input;
  if (target.kind === 'program') {
    return { head: JSON.stringify(rest), text, bytes, program: target.program };
  }
  const { functionKey } = target;
  const head: Head = { ...rest, functionKey };
  return { head: JSON.stringify(head), text, bytes };
}

/** Takes a message out again. The envelope is one that {@link sealAttempt} made. */
export function openAttempt({ head, text, bytes, program }: AttemptEnvelope): AttemptMessage {
  const { functionKey = '', ...rest } = JSON.parse(head) as Head;
  const target: AttemptMessage['target'] =
    program === undefined ? { kind: 'function', functionKey } : { kind: 'program', program };
  return { ...rest, target, input: { text, bytes } };
}
