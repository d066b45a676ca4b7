import type { PerTenant } from './config.ts';

/** The number that is in force for a tenant; without one, for whoever names none. */
export function forTenant(setting: PerTenant, tenant?: string): number {
  const own =
    tenant !== undefined && Object.hasOwn(setting.of, tenant) ? setting.of[tenant] : undefined;
  return own ?? setting.default;
}
