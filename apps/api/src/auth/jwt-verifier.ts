import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { type WaybillError, makeError } from '@waybill/protocol';
import type { JwtConfig } from '../config/config.ts';
import { type Caller, type Scope, scopes } from '../service.ts';
import { unauthenticated } from './refusals.ts';

// A public key verifies nothing but these: with an HMAC among them, it would be the secret of a forged token.
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const fetchTimeoutMs = 5_000;
const keysMaxAgeMs = 600_000;
// At most one fetch in this time for tokens with unknown keys, which anybody can send.
const cooldownMs = 30_000;
const tenantPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** Checks a token and says who sent it. */
export type VerifyJwt = (token: string) => Promise<Caller>;

/**
 * Makes a check for the tokens of an identity provider. Its keys are fetched when they are first needed, and kept for 10 minutes.
 *
 * The function throws `ERR_WAYBILL_UNAUTHENTICATED` for a token that is not valid, `ERR_WAYBILL_SERVICE_UNREACHABLE` where the keys
 * cannot be fetched.
 */
export function createJwtVerifier(config: JwtConfig): VerifyJwt {
  const { jwksUrl, issuer, audience, clockToleranceSeconds } = config;
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: fetchTimeoutMs,
    cacheMaxAge: keysMaxAgeMs,
    cooldownDuration: cooldownMs,
  });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp'],
      });
      return callerOf(payload, config);
    } catch (error) {
      throw refusalOf(error);
    }
  };
}

function callerOf(
  claims: Readonly<Record<string, unknown>>,
  { tenantClaim, scopesClaim }: JwtConfig,
): Caller {
  const tenant = claims[tenantClaim];
  if (typeof tenant !== 'string' || !tenantPattern.test(tenant)) {
    throw unauthenticated('invalid', `the claim ${tenantClaim} of the token names no tenant`);
  }
  const given = claims[scopesClaim];
  const words: unknown[] = typeof given === 'string' ? given.split(' ') : asArray(given);
  const allowed = new Set<Scope>(scopes.filter((scope) => words.includes(scope)));
  const { sub } = claims as { readonly sub?: unknown };
  // For logs, so no longer than anything else in a line.
  const subject = typeof sub === 'string' ? sub.slice(0, 128) : 'nobody';
  return { tenant, scopes: allowed, name: `jwt ${subject}` };
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return unauthenticated('invalid', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated('invalid', `the claim ${error.claim} of the token is not as it must be`);
  }
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
    return isOurs(error) ? error : unreachable(error);
  }
  // What answers in place of a key set is no fault of the token.
  if (error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC') {
    return unreachable(error);
  }
  return unauthenticated('invalid', 'the token is not one of the identity provider');
}

function isOurs(error: unknown): boolean {
  return error instanceof Error && 'blame' in error;
}

function unreachable(cause: unknown): WaybillError {
  const words =
    'the keys of the identity provider, against which tokens are checked, cannot be read';
  return makeError('ERR_WAYBILL_SERVICE_UNREACHABLE', words, { cause });
}
