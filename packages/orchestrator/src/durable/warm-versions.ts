import { ContextSnapshot } from '@waybill/context';
import { type StoredFunction, makeError } from '@waybill/protocol';
import type { Deployment, Orchestrator } from '../orchestrator.ts';

/** A version that is deployed until this is disposed, and not taken out meanwhile. */
export interface HeldVersion extends Disposable {
  /** Its name in the orchestrator. */
  readonly deployedName: string;
}

/** Which version; without a number, every one of the name. */
export interface VersionKey {
  readonly tenant: string;
  readonly name: string;
  readonly version?: number | undefined;
}

interface WarmVersion {
  readonly stored: StoredFunction;
  readonly deploying: Promise<Deployment>;
  /** What {@link deploying} came to. */
  deployment: Deployment | undefined;
  /** In ms of `performance.now()`: when it was last known to be there. */
  foundMs: number;
  holdCount: number;
  /** Whether it is taken out as soon as nobody holds it. */
  isGone: boolean;
}

// Tenants and names are of letters that a slash is not one of.
const keyOf = ({ tenant, name, version }: VersionKey): string => `${tenant}/${name}:v${version}`;

const deployedNameOf = ({ name, version }: StoredFunction): string => `${name}:v${version}`;

/** The versions that are deployed in an orchestrator, the one used last at the end. */
export class WarmVersions {
  readonly #orchestrator: Pick<Orchestrator, 'deploy'>;
  readonly #maxCount: number;
  readonly #versions: Map<string, WarmVersion> = new Map();
  #isClosed = false;

  /** @param maxCount - versions that stay while nobody holds them */
  constructor(orchestrator: Pick<Orchestrator, 'deploy'>, maxCount: number) {
    this.#orchestrator = orchestrator;
    this.#maxCount = maxCount;
  }

  get count(): number {
    return this.#versions.size;
  }

  /** Gives a version that was found so lately that nobody need be asked. */
  believed(key: VersionKey, believedMs: number): StoredFunction | undefined {
    const found = key.version === undefined ? undefined : this.#versions.get(keyOf(key));
    const nowMs = performance.now();
    if (found === undefined || found.isGone) return undefined;
    if (nowMs - found.foundMs < believedMs) return found.stored;
    // Whoever comes meanwhile need not ask as well.
    found.foundMs = nowMs;
    return undefined;
  }

  /**
   * Deploys a version, once for all that come at the same time, and keeps it deployed until what this gives is disposed.
   *
   * @throws `ERR_WAYBILL_CLOSED`, and what the orchestrator refuses it with
   */
  async hold(stored: StoredFunction): Promise<HeldVersion> {
    if (this.#isClosed) throw makeError('ERR_WAYBILL_CLOSED', 'the function shelf is closed');
    const key = keyOf(stored);
    const version = this.#versions.get(key) ?? this.#deploy(stored);
    version.holdCount += 1;
    // To the end of the map.
    this.#versions.delete(key);
    this.#versions.set(key, version);
    if (this.#versions.size > this.#maxCount) this.#trim();
    try {
      version.deployment = await version.deploying;
    } catch (error) {
      if (this.#versions.get(key) === version) this.#versions.delete(key);
      throw error;
    }
    return {
      deployedName: deployedNameOf(stored),
      [Symbol.dispose]: () => {
        version.holdCount -= 1;
        if (version.isGone || this.#versions.size > this.#maxCount) this.#trim();
      },
    };
  }

  /** Notes that a version was there when it was asked for just now. */
  found(stored: StoredFunction): void {
    const version = this.#versions.get(keyOf(stored));
    if (version === undefined || this.#isClosed) return;
    version.foundMs = performance.now();
    version.isGone = false;
  }

  /** Takes out what is not there any more, as soon as nobody holds it. */
  gone({ tenant, name, version }: VersionKey): void {
    for (const each of this.#versions.values()) {
      const { stored } = each;
      const isMeant = stored.tenant === tenant && stored.name === name;
      if (isMeant && (version ?? stored.version) === stored.version) each.isGone = true;
    }
    this.#trim();
  }

  /** Takes everything out, what is held when it is not any more, and deploys nothing from now on. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const version of this.#versions.values()) version.isGone = true;
    this.#trim();
  }

  #deploy(stored: StoredFunction): WarmVersion {
    const spec = { ...stored.spec, tenant: stored.tenant, name: deployedNameOf(stored) };
    const foundMs = performance.now();
    // Whoever comes first is not to be known to what stays for others.
    const deploying = ContextSnapshot.root.run(() => this.#orchestrator.deploy(spec));
    return { stored, deploying, deployment: undefined, foundMs, holdCount: 0, isGone: false };
  }

  #trim(): void {
    let surplus = this.#versions.size - this.#maxCount;
    for (const [key, { holdCount, isGone, deployment }] of this.#versions) {
      if (holdCount > 0 || (!isGone && surplus <= 0)) continue;
      this.#versions.delete(key);
      surplus -= 1;
      // At once: the name may be needed again in the next line.
      deployment?.remove();
    }
  }
}
