/**
 * The name under which a thrown value crosses a port: a Comlink handler of our own, because Comlink's own form loses
 * `code` and `cause`.
 */
export const thrownName = 'waybill:thrown';

/** A value that crosses as plain data, by structured clone. */
export interface RawValue {
  readonly type: 'RAW';
  readonly value: unknown;
}

/** A request: call the function `path[0]`. The only request there is. */
export interface CallFrame {
  /** Counts up from 1 on each side of a port, so that a replayed request is recognised by comparing two numbers. */
  readonly id: number;
  readonly type: 'APPLY';
  readonly path: readonly [string];
  readonly argumentList: readonly RawValue[];
}

/** The answer to the request with the same id: the function returned. */
export interface ResultFrame extends RawValue {
  readonly id: number;
}

/** The answer to the request with the same id: the function threw, or the request was refused. */
export interface ThrownFrame {
  readonly id: number;
  readonly type: 'HANDLER';
  readonly name: typeof thrownName;
  /** The error in its wire form; once parsed, the error itself. */
  readonly value: unknown;
}

/** An answer. */
export type ReplyFrame = ResultFrame | ThrownFrame;

/** All that ever crosses a port between two host threads. */
export type Frame = CallFrame | ReplyFrame;
