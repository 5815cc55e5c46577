/** What a caller may be. One person or program may hold several roles. */
export const roles = [
  'administrator',
  'programme-manager',
  'relationship-owner',
  'analytics-viewer',
  'finance-approver',
  'auditor',
] as const;
export type Role = (typeof roles)[number];

/** What a route may demand. `public` needs no sign-in, `internal` is for our own services. */
export const permissions = [
  'public',
  'internal',
  'api-key:write',
  'api-key:read',
  'brand:write',
  'brand:read',
  'partner:write',
  'partner:read',
  'funding:write',
  'funding:read',
  'payout-method:write',
  'payout-method:read',
  'payout-method:verify',
  'deal:write',
  'deal:read',
  'deal:approve',
  'link:write',
  'link:read',
  'event:write',
  'conversion:read',
  'customer:write',
  'commission:read',
  'adjustment:write',
  'period:close',
  'fx:write',
  'fx:read',
  'approval:read',
  'approval:decide',
  'routing:write',
  'routing:accept',
  'risk:write',
  'risk:read',
  'payout:read',
  'payout:build',
  // The stage of a manager; that of finance needs payout:approve.
  'payout:confirm',
  'payout:approve',
  'evidence:read',
  'insight:read',
  'insight:write',
  'audit:read',
  'operations:read',
  'operations:write',
  'clock:write',
] as const;
export type Permission = (typeof permissions)[number];

const read: readonly Permission[] = [
  'brand:read',
  'partner:read',
  'deal:read',
  'link:read',
  'conversion:read',
  'commission:read',
  'fx:read',
  'approval:read',
  'payout:read',
  'insight:read',
];

/** Role to permissions. docs/roles.md says the same for people; a test holds the two and the running routes together. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: permissions.filter((permission) => permission !== 'public' && permission !== 'internal'),
  'programme-manager': [
    ...read,
    'partner:write',
    'deal:write',
    'deal:approve',
    'link:write',
    'event:write',
    'customer:write',
    'approval:decide',
    'routing:write',
    'routing:accept',
    'risk:write',
    'risk:read',
    'payout:build',
    'payout:confirm',
    'payout-method:read',
    'evidence:read',
    'adjustment:write',
    'insight:write',
  ],
  'relationship-owner': [...read, 'partner:write', 'link:write', 'customer:write'],
  'analytics-viewer': ['brand:read', 'insight:read', 'conversion:read', 'link:read', 'partner:read'],
  'finance-approver': [
    ...read,
    'deal:approve',
    'approval:decide',
    'routing:accept',
    'risk:read',
    'payout:build',
    'payout:confirm',
    'payout:approve',
    'evidence:read',
    'funding:read',
    'funding:write',
    'payout-method:read',
    'payout-method:write',
    'payout-method:verify',
    'period:close',
    'fx:write',
    'adjustment:write',
  ],
  auditor: [...read, 'risk:read', 'evidence:read', 'audit:read', 'operations:read', 'funding:read', 'payout-method:read', 'api-key:read'],
};

/** Whether any of the roles grants the permission. `public` is granted to everybody, `internal` to no role. */
export function mayDo(held: readonly Role[], permission: Permission): boolean {
  if (permission === 'public') return true;
  return held.some((role) => rolePermissions[role].includes(permission));
}
