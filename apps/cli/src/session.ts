import type { Command } from 'commander';
import type { Client } from '@waybill/client';
import { makeError } from '@waybill/protocol';
import { connect, type ConnectOptions } from './connect.ts';
import { Output } from './terminal/output.ts';

/** One run of the command. */
export interface Session {
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** What the process ends with; set by the action. */
  exitCode: number;
}

/** @throws `ERR_WAYBILL_CANCELLED` after Ctrl-C */
export function assertGoingOn({ signal }: Session): void {
  if (signal.aborted) throw makeError('ERR_WAYBILL_CANCELLED', 'ended by Ctrl-C');
}

/** What an action works with. */
export interface Tools {
  readonly client: Client;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** What an action does; gives the exit code, 0 where it gives none. */
export type Act<Options> = (
  tools: Tools,
  options: Options,
  args: readonly string[],
) => Promise<number | undefined>;

/** Makes the action of a command that talks to a service. */
export function talking<Options extends object>(
  session: Session,
  act: Act<Options>,
): (this: Command) => Promise<void> {
  return async function (this: Command) {
    const options = this.opts<Options & ConnectOptions>();
    const client = await connect(options);
    const tools = { client, output: new Output(options.json), signal: session.signal };
    session.exitCode = (await act(tools, options, this.args)) ?? 0;
  };
}
