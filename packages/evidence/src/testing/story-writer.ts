import { type DataOf, definitionOf, type EventOf, type EventType, newId } from '@tributary/contracts';
import { v7 } from 'uuid';
import { canonicalHash } from '../hashing.js';

export type ConversionData = DataOf<'tracking.conversion.recorded.v1'>;
/** An instant of the month in which stories happen. */
export const at = (day: number, hour = 12): string => new Date(Date.UTC(2026, 2, day, hour)).toISOString();

/** Writes the events of one partner at one brand, as their services would: each against its schema. */
export class StoryWriter {
  readonly events: EventOf[] = [];
  readonly ids = { brandId: newId('brand'), programId: newId('program'), partnerId: newId('partner') };
  readonly clickId = newId('click');
  private trace = 0;

  write<T extends EventType>(type: T, subject: string, time: string, data: DataOf<T>, cause?: EventOf): EventOf<T> {
    const definition = definitionOf(type);
    this.trace += 1;
    const event = {
      specversion: '1.0',
      id: v7(),
      source: `/services/${definition?.producer}`,
      type,
      subject,
      time,
      dataschema: `/schemas/${type}`,
      datacontenttype: 'application/json',
      traceparent: `00-${this.trace.toString(16).padStart(32, '0')}-00000000000000aa-01`,
      correlationid: cause?.correlationid ?? subject,
      ...(cause ? { causationid: cause.id } : {}),
      actorid: 'system:test',
      actorkind: 'system',
      partnerid: this.ids.partnerId,
      brandid: this.ids.brandId,
      data: definition?.schema.parse(data),
    } as unknown as EventOf<T>;
    this.events.push(event as unknown as EventOf);
    return event;
  }

  protected convert(given: {
    kind: string;
    amount: number | null;
    day: number;
    of?: ConversionData;
    clicked?: boolean;
    unattributed?: boolean;
    partnerId?: string;
    currency?: string;
    customerId?: string;
    details?: ConversionData['details'];
  }) {
    const conversionId = newId('conversion');
    const { partnerId: paid, ...place } = this.ids;
    const partnerId = given.partnerId ?? paid;
    const attribution: ConversionData['attribution'] = {
      method: given.of ? 'original' : given.clicked ? 'click' : 'partner',
      model: 'last-click',
      partnerId,
      linkId: given.clicked ? newId('link') : null,
      clickId: given.clicked ? this.clickId : null,
      clickedAt: given.clicked ? at(1, 20) : null,
      windowDays: 30,
      clickTraceparent: given.clicked ? `00-${'c'.repeat(32)}-00000000000000aa-01` : null,
      touches: [],
      decidedAt: at(given.day),
    };
    return this.write('tracking.conversion.recorded.v1', conversionId, at(given.day), {
      ...place,
      conversionId,
      eventId: `sender-${conversionId}`,
      kind: given.kind,
      customerId: given.customerId ?? null,
      occurredAt: at(given.day),
      receivedAt: at(given.day),
      amount: given.amount,
      currency: given.amount === null ? null : (given.currency ?? 'EUR'),
      originalEventId: given.of?.eventId ?? null,
      originalConversionId: given.of?.conversionId ?? null,
      partnerId: given.unattributed ? null : partnerId,
      unattributedReason: given.unattributed ? 'click-unknown' : null,
      attribution: given.unattributed ? null : attribution,
      contentHash: canonicalHash(conversionId),
      attributesCommitment: null,
      source: 'api',
      details: given.details ?? null,
    });
  }

  protected attributedLater(recorded: EventOf<'tracking.conversion.recorded.v1'>, day: number) {
    const { partnerId } = this.ids;
    const attribution: ConversionData['attribution'] = {
      method: 'click',
      model: 'last-click',
      partnerId,
      linkId: newId('link'),
      clickId: newId('click'),
      clickedAt: at(1, 21),
      windowDays: 30,
      clickTraceparent: null,
      touches: [],
      decidedAt: at(day),
    };
    const data: ConversionData = { ...recorded.data, partnerId, unattributedReason: null, attribution };
    return this.write('tracking.conversion.attributed.v1', data.conversionId, at(day), data, recorded as unknown as EventOf);
  }

  protected book(
    kind: string,
    of: { entryId: string | null; payoutId: string | null },
    from: 'brand-expense' | 'pending' | 'payable' | 'in-payout',
    to: 'pending' | 'payable' | 'in-payout' | 'paid',
    amount: number,
    cause?: EventOf,
  ): void {
    const transactionId = newId('ledgerTransaction');
    const { partnerId, brandId } = this.ids;
    const legs = [
      { account: from, amount: -amount },
      { account: to, amount },
    ];
    this.write(
      'payouts.ledger.posted.v1',
      transactionId,
      at(9),
      { transactionId, brandId, partnerId, currency: 'EUR', kind, ...of, legs, postedAt: at(9) },
      cause,
    );
  }
}
