import type { ContractContext } from './context.ts';

/** One way in which jobs run: the contract is the same in all of them. */
export interface ContractSetting {
  readonly engine: 'isolate' | 'realm';
  readonly containment: 'thread' | 'process';
  /** Where the host functions are that guests call as `host.contract`; those of `host.across` are on the other side. */
  readonly place: 'worker' | 'submitter';
  /** Whether programs are deployed functions, whose jobs share a realm, or come with their jobs. */
  readonly warmth: 'fresh' | 'warm';
}

/** A program of guest code. */
export interface ContractProgramSpec {
  readonly source: string;
  readonly modules?: Readonly<Record<string, string>>;
  /** @defaultValue `'acme'` */
  readonly tenant?: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly rerunnable?: boolean;
}

/** What one job is run with. */
export interface ContractRunOptions {
  readonly id?: string;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: { readonly text: string }) => void;
}

/** Why a job failed. */
export interface ContractError extends Error {
  readonly code: string;
  readonly blame: string;
  readonly retryable: boolean;
  readonly details?: unknown;
  readonly stackOf: {
    readonly guest?: string | undefined;
    readonly host?: string | undefined;
    readonly submitter?: string | undefined;
  };
}

/** How a job settled. */
export type ContractOutcome = (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ContractError }
) & {
  readonly jobId: string;
  readonly logs: readonly { readonly text: string }[];
  readonly trail?: readonly {
    readonly kind: string;
    readonly realmId?: string;
    readonly context: readonly (readonly [name: string, text: string])[];
  }[];
};

/** A program that is ready to run: submitting it is one synchronous call. */
export interface ContractProgram {
  run(input?: unknown, options?: ContractRunOptions): Promise<ContractOutcome>;
}

/** What an event says that the contract looks at. */
export interface ContractEvent {
  readonly jobId?: string;
  readonly processId?: number;
  readonly code?: string;
}

/** Names of the events that the contract listens to. */
export type ContractEventName =
  | 'job:admitted'
  | 'job:started'
  | 'job:logged'
  | 'job:settled'
  | 'host:called'
  | 'worker:started'
  | 'worker:exited';

/**
 * An orchestrator in one setting, made inside the context of {@link opener}: one thread with room for many jobs at once,
 * `hostFunctions` of this package on both sides, and at most one job at a moment of the tenant `one-by-one`.
 */
export interface ContractLane extends ContractSetting {
  /** That of the submitting thread. */
  readonly context: ContractContext;
  /** Makes a program ready; its jobs ask for a trail. */
  prepare(spec: ContractProgramSpec): Promise<ContractProgram>;
  /** Calls a host function for the test, through a job of its own in the root context. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  cancel(jobId: string): boolean;
  /** @returns stops listening */
  on(name: ContractEventName, listener: (event: ContractEvent) => void): () => void;
  /** Waits until no job, place or attempt is held. */
  atBaseline(): Promise<void>;
}

/** In whose context the orchestrator of a lane is made: nobody may ever see it. */
export const opener = 'opener';
