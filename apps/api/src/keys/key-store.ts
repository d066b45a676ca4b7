import type { Page } from '@waybill/protocol';
import type { ApiKey, IssuedKey, KeySpec } from '@waybill/protocol/http';

export type { ApiKey, IssuedKey, KeySpec };

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
