import { getTaxProfile, setTaxProfile } from '@tributary/contracts';
import { command, created, NotYetKnown, ok, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { requireBrandSide } from '../shared/brand-side.js';
import { addTaxProfile, type TaxProfileContent, type TaxProfileRow, taxProfilesOf } from './tax-profile-store.js';
import { checkedVatNumber } from './vat-number.js';

const view = ({ brandId, version, country, usSource, createdBy, createdAt }: TaxProfileRow, vatNumber: string | null) => ({
  brandId,
  version,
  country,
  usSource,
  vatNumber,
  createdBy,
  createdAt: createdAt.toISOString(),
});

/** Says where a brand is established: a new version, which counts for every run built from now on. */
export function setTaxProfileRoute({ vault }: Parts): Route {
  return command(setTaxProfile, async ({ params: { brandId }, body, tx, now, context, scope }) => {
    requireBrandSide(scope);
    const { rowCount } = await tx.query('SELECT 1 FROM brand_profile WHERE brand_id = $1', [brandId]);
    if (rowCount === 0) throw new NotYetKnown('brand', brandId);
    const { country, usSource, legalName, address } = body;
    const vatNumber = body.vatNumber === null ? null : checkedVatNumber(body.vatNumber, country);
    if (vatNumber === null && body.vatNumber !== null)
      return reject('vat-number-invalid', { errors: [{ pointer: '/vatNumber', rule: 'must be a valid VAT number of the country' }] });
    const inside: TaxProfileContent = { legalName, address, vatNumber };
    const content = await vault.seal(tx, brandId, JSON.stringify(inside));
    const profile = { brandId, country, usSource, content, createdBy: context.actorId, createdAt: now };
    return created(view({ ...profile, version: await addTaxProfile(tx, profile) }, vatNumber));
  });
}

export const getTaxProfileRoute = ({ db, vault }: Parts): Route =>
  query(getTaxProfile, ({ params: { brandId }, scope }) =>
    db.tx(scope, async (tx) => {
      const profile = (await taxProfilesOf(tx, [brandId])).get(brandId);
      if (!profile) return reject('not-found');
      const inside = await vault.open(tx, brandId, profile.content);
      const { vatNumber } = inside === undefined ? { vatNumber: null } : (JSON.parse(inside) as TaxProfileContent);
      return ok(view(profile, vatNumber));
    }),
  );
