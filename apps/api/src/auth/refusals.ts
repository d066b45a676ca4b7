import { type WaybillError, makeError } from '@waybill/protocol';
import type { Scope } from '../service.ts';

/** Makes the error for a request without credentials, or with ones that are not valid. */
export function unauthenticated(token: 'missing' | 'invalid', words: string): WaybillError {
  return makeError('ERR_WAYBILL_UNAUTHENTICATED', words, { details: { token } });
}

/** Makes the error for credentials that do not allow a scope. */
export function outOfScope(scope: Scope): WaybillError {
  const words = `the credentials do not have the scope ${scope}`;
  return makeError('ERR_WAYBILL_FORBIDDEN', words, { details: { scope } });
}

/** Gives the header `WWW-Authenticate` that belongs to a refusal, if one does. */
export function challengeOf({ code, details }: WaybillError): string | undefined {
  if (code === 'ERR_WAYBILL_UNAUTHENTICATED') {
    const error = details['token'] === 'invalid' ? ', error="invalid_token"' : '';
    return `Bearer realm="waybill"${error}`;
  }
  if (code === 'ERR_WAYBILL_FORBIDDEN' && typeof details['scope'] === 'string') {
    return `Bearer realm="waybill", error="insufficient_scope", scope="${details['scope']}"`;
  }
  return undefined;
}
