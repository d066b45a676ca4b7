import { type AttemptMessage, type AttemptReport, type Rung, climb } from '@waybill/protocol';
import { closeMembers } from '../close-members.ts';
import { type Crew, leasedCountOf } from '../crew.ts';
import type { ProcessStats } from '../pool.ts';
import type { LossKind, PoolOptions, ProcessLoss } from '../pool-options.ts';
import { Roster } from '../roster.ts';
import { threadsPlan } from '../threads-plan.ts';
import { Heartbeat } from './heartbeat.ts';
import type { UpMessage } from './link-messages.ts';
import { howEnded, notStarted, processExited } from './loss.ts';
import { type ChildEnd, PoolChild } from './pool-child.ts';
import { RemoteThreads } from './remote-threads.ts';

/**
 * Where a process stands: `starting` until its threads are up, then `ready`; `wedged` takes nothing new and will be killed;
 * `leaving` is being closed; `gone` has ended.
 */
export type ProcessState = 'starting' | 'ready' | 'wedged' | 'leaving' | 'gone';

/** Who hears of a process. */
export interface ProcessLinks {
  /** It takes no new attempts from now on. */
  wedged(process: PoolProcess, reason: string): void;
  /** It has exited, and takes nothing new; what it sent before is still coming. */
  exiting(process: PoolProcess): void;
  /** Nothing runs in it any more. */
  emptied(process: PoolProcess): void;
  /** It is gone; with a loss, if it was not closed. Called before its attempts fail. */
  exited(process: PoolProcess, loss: ProcessLoss | undefined): void;
}

/** One supervised child process and the threads in it. Made and kept in the root context. */
export class PoolProcess implements Crew {
  readonly roster: Roster;
  /** The tenant for which it makes way, where processes are not shared: it takes nothing new; set by its fleet. */
  makesWayFor: string | undefined;
  /** Whether it takes attempts of everybody, as opposed to standing by; set by its fleet. */
  isServing = false;
  readonly #child: PoolChild;
  readonly #links: ProcessLinks;
  readonly #threads: RemoteThreads;
  readonly #bornMs: number = performance.now();
  readonly #exited: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #emptied: PromiseWithResolvers<void> = Promise.withResolvers();
  #tenant: string | undefined;
  #tenantSinceMs = 0;
  // From its first sign of life on: how long a start takes is the roster's business.
  #heartbeat: Heartbeat | undefined;
  #state: ProcessState = 'starting';
  #isClosing = false;
  #killedFor: { readonly how: LossKind; readonly reason: string } | undefined;
  readonly #maxRssBytes: number;
  #rssBytes = 0;

  constructor(options: PoolOptions, links: ProcessLinks) {
    this.#links = links;
    this.#maxRssBytes = options.processes.maxRssBytes;
    this.#child = new PoolChild({
      message: (message) => this.#take(message),
      broken: (why) => this.kill('silent', why),
      exiting: () => this.#exiting(),
      ended: (end) => this.#end(end),
    });
    const listener = {
      ...options.listener,
      isolateWedged: (...what: Parameters<typeof options.listener.isolateWedged>) => {
        options.listener.isolateWedged(...what);
        this.wedge(`a guest of ${what[1]} could not be stopped: ${what[2]}`);
      },
    };
    this.roster = new Roster({ ...options, listener }, this.processId);
    const send: PoolChild['send'] = (message, texts) => this.#child.send(message, texts);
    this.#threads = new RemoteThreads(send, this.roster, options.threads);
    send({ kind: 'start', plan: threadsPlan(options) });
  }

  /** Operating system's id; 0 where the process could not be started. */
  get processId(): number {
    return this.#child.processId;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** The only tenant that it serves, where processes are not shared; undefined until it has one. */
  get tenant(): string | undefined {
    return this.#tenant;
  }

  /** `performance.now()` when it got its tenant. */
  get tenantSinceMs(): number {
    return this.#tenantSinceMs;
  }

  /** It is the tenant's from now on, and never another's. */
  serve(tenant: string): void {
    if (this.#tenant === undefined) this.#tenantSinceMs = performance.now();
    this.#tenant = tenant;
  }

  /** Waits until its threads are up. @throws why they are not */
  async start(): Promise<void> {
    await this.roster.complete();
    if (this.#state === 'starting') this.#state = 'ready';
  }

  run(threadId: number, message: AttemptMessage): Promise<AttemptReport> {
    return this.#threads.run(threadId, message);
  }

  released(): void {
    if (leasedCountOf(this) > 0) return;
    if (this.#state === 'wedged') this.#emptied.resolve();
    else if (this.#state === 'ready') this.#links.emptied(this);
  }

  /** The last two steps against a guest that cannot be stopped: nothing new comes here, then the process is killed. */
  wedge(reason: string, how: 'wedged' | 'silent' = 'wedged'): void {
    if (this.#state !== 'ready') return;
    this.#killedFor = { how, reason };
    const take = (): void => {
      this.#state = 'wedged';
      this.#links.wedged(this, reason);
    };
    const kill = (): void => this.#child.kill();
    const rungs: Rung[] = [
      { step: 'wedge', take },
      { step: 'kill', take: kill },
    ];
    // Where nothing else runs there is no reason to wait.
    void climb(rungs, this.#emptied.promise).then((last) => {
      if (last === 'wedge') kill();
    });
    if (leasedCountOf(this) === 0) this.#emptied.resolve();
  }

  /** Ends the process at once, and whatever runs in it. */
  kill(how: LossKind, reason: string): void {
    if (this.#state === 'gone' || this.#state === 'leaving') return;
    this.#killedFor ??= { how, reason };
    this.#child.kill();
  }

  /** Settles what runs in it and ends it; resolves when it is gone. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#state === 'ready') {
      this.#state = 'leaving';
      await closeMembers(this.roster, graceMs);
    } else if (this.#state !== 'gone') this.#state = 'leaving';
    this.#child.kill();
    await this.#exited.promise;
  }

  stats(): ProcessStats {
    const standing = this.isServing ? 'serving' : 'spare';
    const state = this.#state === 'wedged' || this.#state === 'leaving' ? this.#state : standing;
    const leasedCount = leasedCountOf(this);
    return { processId: this.processId, state, rssBytes: this.#rssBytes, leasedCount };
  }

  #exiting(): void {
    if (this.#state === 'ready') this.#state = 'leaving';
    this.#links.exiting(this);
  }

  #take(message: UpMessage): void {
    if (message.kind === 'beat') {
      this.#heartbeat ??= new Heartbeat({
        ask: () => this.#child.send({ kind: 'beat' }),
        onSilent: () => this.kill('silent', 'it answered no more'),
      });
      this.#heartbeat.answered();
      this.#rssBytes = message.rssBytes;
      if (message.rssBytes > this.#maxRssBytes) {
        this.kill('memory', `it held ${message.rssBytes} bytes, ${this.#maxRssBytes} may be`);
      }
    }
    if (!this.#threads.receive(message)) this.kill('silent', 'it claimed threads it cannot have');
  }

  #end({ exitCode, signal, cause, stderrTail }: ChildEnd): void {
    if (this.#state === 'gone') return;
    const isExpected = this.#isClosing;
    const attemptIds = this.roster.members.flatMap(({ attempts }) => [...attempts.keys()]);
    const { processId } = this;
    const rssBytes = this.#rssBytes;
    const how =
      this.#killedFor?.how ?? howEnded({ signal, rssBytes, maxRssBytes: this.#maxRssBytes });
    const reason = this.#killedFor?.reason ?? cause ?? `it ended with ${signal ?? exitCode}`;
    this.#heartbeat?.[Symbol.dispose]();
    if (isExpected) this.roster.leave();
    this.#state = 'gone';
    const upMs = performance.now() - this.#bornMs;
    const ended = { signal, exitCode, upMs, rssBytes, stderrTail };
    const loss = { processId, how, reason, ...ended, attemptIds };
    this.#links.exited(this, isExpected ? undefined : loss);
    this.#threads.lose(processExited(loss));
    this.roster.giveUp(notStarted(loss));
    this.#exited.resolve();
  }
}
