import { setPartnerContact } from '@tributary/contracts';
import { command, created, reject } from '@tributary/service-kit';
import { partnerChanged } from './partner-view.js';
import type { ChangeParts } from './tag-partner.js';

/** A partner is written to elsewhere from now on. The former address is kept for a while, to be told of what happens next. */
export const setPartnerContactRoute = ({ partners, outbox, keys }: ChangeParts) =>
  command(setPartnerContact, async ({ params, body, tx, now, context }) => {
    const partner = await partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    if (partner.erasedAt) return reject('partner-erased');
    const changed = await partners.setContact(tx, partner, { name: body.name ?? partner.name, email: body.email }, context.actorId, now);
    await outbox.append(tx, context, [partnerChanged(changed, keys, now)]);
    return created({ partnerId: partner.id, contactChangedAt: (changed.contactChangedAt ?? now).toISOString() });
  });
