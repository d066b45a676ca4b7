/**
 * What credentials allow. `admin` is the operator's: keys, and every tenant. `metrics`: the numbers of the service, for a
 * collector.
 */
export const scopes = ['run', 'submit', 'read', 'deploy', 'schedule', 'metrics', 'admin'] as const;

/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number];
