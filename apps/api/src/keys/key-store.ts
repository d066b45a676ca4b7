import type { Page } from '@waybill/protocol';
import type { Scope } from '../service.ts';

/** What an API key is made for. */
export interface KeySpec {
  /** For people: 1 to 100 printable characters. */
  readonly name: string;
  /** The tenant that its requests act for; with the scope `admin`, the one they act for unless they name another. */
  readonly tenant: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
  /** In ms since 1970. @defaultValue never */
  readonly expiresAtMs?: number | undefined;
}

/** An API key as it is kept: nothing here lets anybody in. Times are in ms since 1970. */
export interface ApiKey extends Omit<KeySpec, 'expiresAtMs'> {
  /** 16 characters of `a-z0-9`. */
  readonly id: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  /** When its secret was last replaced. */
  readonly rotatedAtMs?: number;
  /** Until when the secret before that one is accepted too. */
  readonly graceUntilMs?: number;
  /** When it was last used, within about a minute. */
  readonly lastUsedAtMs?: number;
  readonly revokedAtMs?: number;
}

/** A key and its token, which is known at this moment only. */
export interface IssuedKey {
  readonly key: ApiKey;
  /** `wb_<id>_<secret>`. */
  readonly token: string;
}

/** The API keys of all tenants. */
export interface KeyStore {
  /** @throws `ERR_WAYBILL_INVALID_REQUEST` that names each wrong field */
  create(spec: KeySpec): Promise<IssuedKey>;
  /**
   * Lists keys, the newest first, revoked ones included.
   *
   * @param options - `tenant`: of this tenant only; `limit`: from 1 to 200, 50 by default
   * @throws `ERR_WAYBILL_INVALID_REQUEST` for a cursor that is none
   */
  list(options?: {
    readonly tenant?: string | undefined;
    readonly cursor?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<Page<ApiKey>>;
  /**
   * Ends a key for good; idempotent. Other processes on the same database hear of it within five seconds.
   *
   * @throws `ERR_WAYBILL_KEY_NOT_FOUND`
   */
  revoke(id: string): Promise<ApiKey>;
  /**
   * Gives a key a new secret. The old one is accepted for `graceSeconds` more: from 0, the default, to 604_800.
   *
   * @throws `ERR_WAYBILL_KEY_NOT_FOUND`, also for a revoked key; `ERR_WAYBILL_INVALID_REQUEST` for another grace
   */
  rotate(id: string, options?: { readonly graceSeconds?: number | undefined }): Promise<IssuedKey>;
  /**
   * Gives the key that a token belongs to, if it is valid now. The answer may be five seconds old.
   *
   * @param options - `beforeRead`: awaited before a key that was not seen here before is looked for; what it throws ends that
   */
  verify(
    token: string,
    options?: { readonly beforeRead?: (() => Promise<void>) | undefined },
  ): Promise<ApiKey | undefined>;
  /** Whether a key was ever made, revoked and expired ones included. The answer may be five seconds old. */
  hasAny(): Promise<boolean>;
}
