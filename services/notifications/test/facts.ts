import type { RequestListener } from 'node:http';
import { newId } from '@tributary/contracts';
import { principalHeader } from '@tributary/service-kit';
import { anEvent } from '@tributary/testkit';

const at = '2026-03-01T00:00:00.000Z';

/** A partner of a brand, and what payouts says of his money. */
export function aPartner(name = 'Acme') {
  const [brandId, programId, partnerId] = [newId('brand'), newId('program'), newId('partner')];
  const brand = anEvent('directory.brand.changed.v1', {
    brandId,
    name,
    slug: 'acme',
    currency: 'EUR',
    timeZone: 'UTC',
    status: 'active',
    defaultProgramId: programId,
    programIds: [programId],
    policy: { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 0, financeThreshold: 0, minimumPayout: 0 },
    changedAt: at,
  });
  const partner = (status: 'active' | 'archived' = 'active', sequence = 1, contactChangedAt?: string) =>
    anEvent(
      'directory.partner.changed.v1',
      {
        partnerId,
        type: 'affiliate',
        country: null,
        status,
        riskLevel: 'low',
        parentId: null,
        tags: [],
        contactCommitment: 'c',
        ...(contactChangedAt && { contactChangedAt }),
        changedAt: at,
      },
      { sequence },
    );
  const payout = (word: 'settled' | 'failed' | 'returned', amount = 123_456, currency = 'EUR') =>
    anEvent(
      `payouts.payout.${word}.v1`,
      {
        payoutId: newId('payout'),
        runId: newId('run'),
        partnerId,
        brandId,
        amount,
        currency,
        sandbox: false,
        rail: 'bank-file',
        railKey: 'k',
        railReference: null,
        reason: null,
        contentHash: 'a'.repeat(64),
        at,
      },
      { correlationid: 'the-conversion', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    );
  const payoutMethodId = newId('payoutMethod');
  const method = (sequence: number) =>
    anEvent(
      'payouts.payout-method.changed.v1',
      {
        payoutMethodId,
        partnerId,
        kind: 'bank-account',
        brandIds: [],
        accountHmac: 'h',
        usableFrom: '2026-03-03T08:30:00.000Z',
        status: 'active',
        changedBy: 'key_a',
        changedAt: at,
      },
      { sequence },
    );
  return { brandId, partnerId, brand, partner, payout, method };
}

/** A directory that knows every partner by one name and address, or is in trouble. */
export function aDirectory() {
  const directory = {
    name: 'Ada <b>Lovelace</b>',
    email: 'ada@example.com',
    former: [] as { name: string; email: string }[],
    answers: 'well' as 'well' | 'not-found' | 'trouble',
    asked: [] as { url: string; signed: boolean }[],
    handler: ((request, response) => {
      directory.asked.push({ url: request.url ?? '', signed: typeof request.headers[principalHeader] === 'string' });
      response.statusCode = { well: 200, 'not-found': 404, trouble: 503 }[directory.answers];
      const partnerId = request.url?.split('/')[3];
      response.end(JSON.stringify({ partnerId, name: directory.name, email: directory.email, former: directory.former }));
    }) as RequestListener,
  };
  return directory;
}
