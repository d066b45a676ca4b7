import type { Settings, TenantShare } from '@waybill/protocol';

/** What a tenant may take: its own share, or that of all who are not named. */
export function shareOf({ tenants }: Settings, tenant: string): TenantShare {
  return tenants.named.get(tenant) ?? tenants.default;
}
