export { defineHostFunctions } from './define-host-functions.ts';
export type { HostCall, HostFunctionSpec } from './define-host-functions.ts';
export { createSecretVault } from './secret-vault.ts';
export type { SecretVault } from './secret-vault.ts';
export { requestId, tenantName } from '../context/variables.ts';
export type { JsonSchema } from '../validation/json-schema.ts';
