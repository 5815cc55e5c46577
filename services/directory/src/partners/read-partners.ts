import { getContact, getPartner, listPartners } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, reject } from '@tributary/service-kit';
import type { PartnerStore } from './partner-store.js';
import { partnerRecord, partnerView } from './partner-view.js';

export const getPartnerRoute = (partners: PartnerStore) =>
  query(getPartner, async ({ params, query: { asOf, knownAt }, scope, now }) => {
    const partner = await partners.find(scope, params.partnerId);
    if (!partner) return reject('not-found');
    return ok(partnerRecord(partner, asOf ? new Date(asOf) : now, knownAt ? new Date(knownAt) : undefined));
  });

export const listPartnersRoute = (partners: PartnerStore) =>
  query(listPartners, async ({ query: { limit, cursor, ...filter }, scope, now }) => {
    const found = await partners.list(scope, filter, now, limit + 1, decodeIdCursor(cursor));
    return ok(
      page(
        found.map((partner) => partnerView(partner, now)),
        limit,
        (partner) => partner.id,
      ),
    );
  });

/** Where a message to a partner goes: asked by notifications at the time of sending, so that no address is kept elsewhere. */
const dayMs = 86_400_000;
/** For so long a former address is told of what happens to accounts. */
const formerContactDays = 30;

export const getContactRoute = (partners: PartnerStore) =>
  query(getContact, async ({ params, scope, now }) => {
    const partner = await partners.find(scope, params.partnerId);
    if (!partner) return reject('not-found');
    if (partner.email === null) return reject('partner-erased');
    const former = await partners.formerContacts(scope, partner.id, new Date(now.getTime() - formerContactDays * dayMs));
    return ok({ partnerId: partner.id, name: partner.name, email: partner.email, former });
  });
