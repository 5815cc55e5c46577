import { Rejected, type Scope } from '@tributary/service-kit';

/** How a brand pays is not for the one who is paid to say, whatever role he has. @throws Rejected for callers bound to a partner */
export function requireBrandSide({ partnerId }: Scope): void {
  if (partnerId !== undefined) throw new Rejected('not-permitted', { detail: 'Only the side of the brand decides this' });
}
