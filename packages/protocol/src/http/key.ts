import type { Scope } from './scope.ts';

/** An API key that is to be made. */
export interface KeyRequest {
  /** For people: 1 to 100 printable characters. */
  readonly name: string;
  /** The tenant that its requests act for; with the scope `admin`, the one they act for unless they name another. */
  readonly tenant: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
  /** RFC 3339. @defaultValue never */
  readonly expiresAt?: string | undefined;
}

/** How the secret of an API key is replaced. */
export interface KeyRotationRequest {
  /** How long the old secret is accepted too, from 0 to 604_800. @defaultValue 0 */
  readonly graceSeconds?: number | undefined;
}

/** An API key, without its secret. Moments are RFC 3339. */
export interface KeyResource {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  /** When its secret was last replaced. */
  readonly rotatedAt?: string;
  /** Until when the secret before that one is accepted too. */
  readonly graceUntil?: string;
  /** Within about a minute. */
  readonly lastUsedAt?: string;
  readonly revokedAt?: string;
}

/** An API key that was made or rotated, with its token: shown this once. */
export interface NewKeyResource extends KeyResource {
  /** `wb_<id>_<secret>`: what `Authorization: Bearer` takes. */
  readonly token: string;
}

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
