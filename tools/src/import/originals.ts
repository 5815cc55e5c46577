/** A sale that later lines may take back. */
interface Original {
  eventId: string;
  quantityLeft: bigint;
  amountLeft: number;
}
export type MatchFlaw = 'original-not-found' | 'refund-exceeds-original';

/** The sales so far, by customer and item. */
export class Originals {
  private readonly byKey = new Map<string, Original[]>();

  add(customer: string, item: string, eventId: string, quantity: bigint, amount: number): void {
    const key = `${customer}\0${item}`;
    const sales = this.byKey.get(key);
    const sale = { eventId, quantityLeft: quantity, amountLeft: amount };
    if (sales) sales.push(sale);
    else this.byKey.set(key, [sale]);
  }

  /**
   * The latest earlier sale of the item to the customer with so many left, which then has fewer. More money than the sale has left
   * cannot go back.
   */
  takeBack(customer: string, item: string, quantity: bigint, amount: number): { originalEventId: string } | { flaw: MatchFlaw } {
    const original = this.byKey.get(`${customer}\0${item}`)?.findLast((sale) => sale.quantityLeft >= quantity);
    if (!original) return { flaw: 'original-not-found' };
    if (original.amountLeft < amount) return { flaw: 'refund-exceeds-original' };
    original.quantityLeft -= quantity;
    original.amountLeft -= amount;
    return { originalEventId: original.eventId };
  }
}
