import type { ChildProcess } from 'node:child_process';
import { type AttemptMessage, type AttemptReport, type Rung, climb } from '@waybill/protocol';
import { closeMembers } from '../close-members.ts';
import { type Crew, leasedCountOf } from '../crew.ts';
import type { ProcessStats } from '../pool.ts';
import type { LossKind, PoolOptions, ProcessLoss } from '../pool-options.ts';
import { Roster } from '../roster.ts';
import { threadsPlan } from '../threads-plan.ts';
import { withinMs } from '../within.ts';
import { Heartbeat } from './heartbeat.ts';
import type { DownMessage } from './link-messages.ts';
import { howEnded, notStarted, processExited } from './loss.ts';
import { readUpMessage } from './read-up-message.ts';
import { RemoteThreads } from './remote-threads.ts';
import { spawnProcess } from './spawn-process.ts';
import { StderrTail } from './stderr-tail.ts';

/** How long what a process sent last may take to arrive after its exit, in ms. */
const lastMessagesMs = 500;

/**
 * Where a process stands: `starting` until its threads are up, then `ready`; `wedged` takes nothing new and will be killed;
 * `leaving` is being closed; `gone` has ended.
 */
export type ProcessState = 'starting' | 'ready' | 'wedged' | 'leaving' | 'gone';

/** Who hears of a process. */
export interface ProcessLinks {
  /** It takes no new attempts from now on. */
  wedged(process: PoolProcess, reason: string): void;
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
  readonly #child: ChildProcess;
  readonly #links: ProcessLinks;
  readonly #threads: RemoteThreads;
  readonly #stderr: StderrTail | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #bornMs: number = performance.now();
  readonly #exited: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #emptied: PromiseWithResolvers<void> = Promise.withResolvers();
  #tenant: string | undefined;
  #tenantSinceMs = 0;
  #state: ProcessState = 'starting';
  #killedFor: { readonly how: LossKind; readonly reason: string } | undefined;
  readonly #maxRssBytes: number;
  #rssBytes = 0;

  constructor(options: PoolOptions, links: ProcessLinks) {
    this.#links = links;
    this.#child = spawnProcess();
    const listener = {
      ...options.listener,
      isolateWedged: (...what: Parameters<typeof options.listener.isolateWedged>) => {
        options.listener.isolateWedged(...what);
        this.wedge(`a guest of ${what[1]} could not be stopped: ${what[2]}`);
      },
    };
    this.roster = new Roster({ ...options, listener }, this.processId);
    const send = (message: DownMessage): void => this.#send(message);
    this.#threads = new RemoteThreads(send, this.roster, options.threads);
    this.#stderr = this.#child.stderr === null ? undefined : new StderrTail(this.#child.stderr);
    this.#heartbeat = new Heartbeat({
      ask: () => send({ kind: 'beat' }),
      onSilent: () => this.kill('silent', 'it answered no more'),
    });
    this.#maxRssBytes = options.processes.maxRssBytes;
    this.#hear();
    send({ kind: 'start', plan: threadsPlan(options) });
  }

  /** Operating system's id; 0 where the process could not be started. */
  get processId(): number {
    return this.#child.pid ?? 0;
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
    const kill = (): void => this.#kill();
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
    this.#kill();
  }

  /** Settles what runs in it and ends it; resolves when it is gone. */
  async close(graceMs: number): Promise<void> {
    if (this.#state === 'ready') {
      this.#state = 'leaving';
      await closeMembers(this.roster, graceMs);
    } else if (this.#state !== 'gone') this.#state = 'leaving';
    this.#kill();
    await this.#exited.promise;
  }

  stats(): ProcessStats {
    const standing = this.isServing ? 'serving' : 'spare';
    const state = this.#state === 'wedged' || this.#state === 'leaving' ? this.#state : standing;
    const leasedCount = leasedCountOf(this);
    return { processId: this.processId, state, rssBytes: this.#rssBytes, leasedCount };
  }

  #hear(): void {
    const child = this.#child;
    const disconnected = Promise.withResolvers<void>();
    child.on('message', (received) => {
      const message = readUpMessage(received);
      if (message === undefined) return this.kill('silent', 'it sent what is no message');
      if (message.kind === 'beat') {
        this.#heartbeat.answered();
        this.#rssBytes = message.rssBytes;
        if (message.rssBytes > this.#maxRssBytes) {
          this.kill('memory', `it held ${message.rssBytes} bytes, ${this.#maxRssBytes} may be`);
        }
      }
      if (!this.#threads.receive(message))
        this.kill('silent', 'it claimed threads that it cannot have');
    });
    child.once('disconnect', () => {
      disconnected.resolve();
      // Its end closes the channel, too, and is heard of in a moment. One that lives without a channel is of no use.
      void withinMs(lastMessagesMs, this.#exited.promise).then(() =>
        this.kill('silent', 'its channel was closed'),
      );
    });
    child.on('error', (error) => {
      // Never started, so no exit will come; whatever else fails is followed by one.
      if (child.pid === undefined)
        this.#end(null, null, `it could not be started: ${error.message}`);
    });
    // What it sent before its end arrives with the end of the channel, which may come later.
    child.once('exit', (code, signal) => {
      void withinMs(lastMessagesMs, disconnected.promise).then(() => this.#end(code, signal));
    });
  }

  #send(message: DownMessage): void {
    // What cannot be sent is lost with the process, which is heard of.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #kill(): void {
    this.#child.kill('SIGKILL');
  }

  #end(exitCode: number | null, signal: NodeJS.Signals | null, cause?: string): void {
    if (this.#state === 'gone') return;
    const isExpected = this.#state === 'leaving';
    const attemptIds = this.roster.members.flatMap(({ attempts }) => [...attempts.keys()]);
    const { processId } = this;
    const rssBytes = this.#rssBytes;
    const how =
      this.#killedFor?.how ?? howEnded({ signal, rssBytes, maxRssBytes: this.#maxRssBytes });
    const reason = this.#killedFor?.reason ?? cause ?? `it ended with ${signal ?? exitCode}`;
    this.#heartbeat[Symbol.dispose]();
    if (isExpected) this.roster.leave();
    this.#state = 'gone';
    const upMs = performance.now() - this.#bornMs;
    const known = { rssBytes, stderrTail: this.#stderr?.text ?? '', attemptIds };
    const loss = { processId, how, reason, signal, exitCode, upMs, ...known };
    this.#links.exited(this, isExpected ? undefined : loss);
    this.#threads.lose(processExited(loss));
    this.roster.giveUp(notStarted(loss));
    this.#exited.resolve();
  }
}
