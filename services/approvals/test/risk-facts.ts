import { type DataOf, newId } from '@tributary/contracts';
import { anEvent, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from './facts.js';

type Conversion = DataOf<'tracking.conversion.recorded.v1'>;
type Attribution = NonNullable<Conversion['attribution']>;
export type Facts = ReturnType<typeof aBrandWithPartner>;
type Entry = ReturnType<Facts['entry']>;

/** A conversion of a partner as tracking tells it, clicked a while before. */
export function aConversion(
  facts: Pick<Facts, 'brandId' | 'partnerId'>,
  change: Partial<Conversion> & { attribution?: never; click?: Partial<Attribution> | null } = {},
  at = '2026-03-01T00:00:00.000Z',
) {
  const conversionId = change.conversionId ?? newId('conversion');
  const { click, ...rest } = change;
  const attribution: Attribution | null =
    click === null
      ? null
      : {
          method: 'click',
          model: 'last-click',
          partnerId: facts.partnerId,
          linkId: newId('link'),
          clickId: newId('click'),
          clickedAt: new Date(Date.parse(at) - 3_600_000).toISOString(),
          windowDays: 30,
          clickTraceparent: null,
          touches: [],
          decidedAt: at,
          signals: { referrerHost: 'blog.example', device: 'desktop', visitor: 'v'.repeat(24) },
          ...click,
        };
  return anEvent('tracking.conversion.recorded.v1', {
    conversionId,
    eventId: conversionId,
    kind: 'sale',
    brandId: facts.brandId,
    programId: newId('program'),
    customerId: newId('customer'),
    occurredAt: at,
    receivedAt: at,
    amount: 10_000,
    currency: 'USD',
    originalEventId: null,
    originalConversionId: null,
    partnerId: facts.partnerId,
    unattributedReason: null,
    contentHash: 'c'.repeat(64),
    attributesCommitment: null,
    source: 'api',
    details: null,
    revision: 0,
    ...rest,
    attribution,
  });
}

/** What people and services do around risk in one running service. */
export function riskDesk(approvals: TestService) {
  const as = (actorId: string) => approvals.request({ actorId, roles: ['programme-manager'] });
  const approvalOf = async (entry: Entry) =>
    (await approvals.request().get(`/api/v1/approvals?entryId=${entry.data.entryId}`).expect(200)).body.data[0];
  return {
    as,
    approvalOf,
    statusOf: async (entry: Entry) => (await approvalOf(entry))?.status,
    decide: async (entry: Entry, body: object, actorId = 'key_manager') =>
      as(actorId)
        .post(`/api/v1/approvals/${(await approvalOf(entry)).id}/decision`)
        .send(body),
    hitsOn: async (conversionId: string) =>
      (await as('key_desk').get(`/api/v1/risk-hits?conversionId=${conversionId}`).expect(200)).body.data,
    signal: (brandId: string, subjectId: string, body: object) =>
      as('key_desk')
        .post('/api/v1/risk-signals')
        .send({ brandId, subjectId, ...body }),
    /** A brand that uses these rules, written by one and switched on by another person. */
    async ruled(rules: readonly object[], facts = aBrandWithPartner()) {
      await approvals.deliver(facts.brand, facts.partner());
      const path = `/api/v1/brands/${facts.brandId}/risk-rule-sets`;
      const full = rules.map((rule) => ({ parameters: {}, action: 'hold', ...rule }));
      const { body } = await as('key_writer').post(path).send({ rules: full, reason: 'test' }).expect(201);
      await as('key_second').post(`${path}/${body.version}/activation`).send({}).expect(201);
      return facts;
    },
    /** The commission of a conversion. */
    earned: (facts: Facts, told: ReturnType<typeof aConversion>, amount = 1_000) =>
      facts.entry(amount, { conversionId: told.data.conversionId }),
  };
}
