import { type Permission, type Role, rolePermissions } from '@tributary/contracts';

export interface Holder {
  roles: readonly Role[];
  /** Empty means all brands. */
  brandIds: readonly string[];
}

/** Whether somebody may give away these roles over these brands: nobody grants more than he has himself. */
export function mayGrant(maker: Holder, wanted: Holder): boolean {
  const own = new Set<Permission>(maker.roles.flatMap((role) => rolePermissions[role]));
  const permissionsHeld = wanted.roles.every((role) => rolePermissions[role].every((permission) => own.has(permission)));
  const brandsHeld =
    maker.brandIds.length === 0 || (wanted.brandIds.length > 0 && wanted.brandIds.every((brandId) => maker.brandIds.includes(brandId)));
  return permissionsHeld && brandsHeld;
}
