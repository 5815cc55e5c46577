import type { EventOf } from '@tributary/contracts';
import type { ConversionData } from './story-writer.js';
import { type Deal, type GoldenStory, Teller } from './teller.js';

/**
 * A payout of 1900 EUR cents: a sale (+2000) with a partial refund (-200), a lead (+500) that was attributed late, and the refund of a
 * sale (-400) that an earlier payout had paid. Amounts come from the engine. `refundedLater` adds another refund of the first sale (-800),
 * reported after the payout, which is no part of it. `adjusted` pays a bonus of 150 besides, which somebody made by hand.
 */
export function goldenStory(options: { refundedLater?: boolean; adjusted?: boolean } = {}): GoldenStory {
  return new GoldenTeller().tell(options);
}

type Told = EventOf<'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1'>;

const terms: Deal['terms'] = {
  components: [
    { on: 'sale', model: 'percentage', rate: '0.20' },
    { on: 'lead', model: 'flat', amount: 500 },
  ],
};

class GoldenTeller extends Teller {
  tell({ refundedLater = false, adjusted = false }: { refundedLater?: boolean; adjusted?: boolean }): GoldenStory {
    const deal = this.agree(this.ids.partnerId, terms);
    const sale = this.convert({ kind: 'sale', amount: 10_000, day: 2, clicked: true });
    const refund = this.convert({ kind: 'refund', amount: 1000, day: 5, of: sale.data });
    const lead = this.attributedLater(this.convert({ kind: 'lead', amount: null, day: 3, unattributed: true }), 4);
    const paidBefore = this.convert({ kind: 'sale', amount: 2000, day: 2 });
    const takenBack = this.convert({ kind: 'refund', amount: 2000, day: 6, of: paidBefore.data });

    const first = this.rate(deal, sale, [], sale);
    this.rate(deal, paidBefore, [], paidBefore);
    const claimed = [
      first,
      this.rate(deal, sale, [refund], refund),
      this.rate(deal, lead, [], lead),
      this.rate(deal, paidBefore, [takenBack], takenBack),
    ];
    if (adjusted) claimed.push(this.adjust(150));
    const story = this.told(claimed);
    if (refundedLater) {
      const later = this.convert({ kind: 'refund', amount: 4000, day: 25, of: sale.data });
      this.rate(deal, sale, [refund, later], later);
    }
    return story;
  }

  /** Folds, posts the one difference, has it decided and booked. */
  private rate(deal: Deal, original: Told, refunds: readonly { data: ConversionData }[], cause: Told) {
    const [entry] = this.post(original, { refunds, deals: [deal], reason: refunds.length > 0 ? 'refund' : 'accrual', cause, rates: true });
    if (entry === undefined) throw new Error('the golden story posts exactly one difference a fact');
    return entry;
  }
}
