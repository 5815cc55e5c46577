import type { Answer, Callback, Instruction, RailState } from '../../services/payouts/src/rails/domain/rail.js';

/** How the rail takes an instruction for the first time. */
export const tempers = ['accept', 'accept', 'accept', 'accept', 'accept', 'accept-then-timeout', 'error-before-accept', 'reject'] as const;
export type Temper = (typeof tempers)[number];

export interface Moved {
  railKey: string;
  payoutId: string;
  amount: bigint;
  currency: string;
}
type Known = { state: 'accepted' | 'settled' | 'returned' | 'rejected'; instruction: Instruction };

/** A rail with books of its own, which know nothing of the ledger. It never moves money twice under one key, and calls back at any time. */
export class RailDouble {
  readonly known = new Map<string, Known>();
  /** Money out (and, negative, back): only ever added to. */
  readonly moved: Moved[] = [];
  readonly calls: Callback[] = [];
  /** Told of each instruction when the rail takes it: the moment from which money is on its way. */
  onTake: (instruction: Instruction) => void = () => undefined;

  submit(instruction: Instruction, temper: Temper): Answer {
    const { railKey } = instruction;
    const before = this.known.get(railKey);
    if (before) return this.answer(railKey);
    if (temper === 'error-before-accept') return { outcome: 'unknown', reason: 'the rail answered 500' };
    this.onTake(instruction);
    if (temper === 'reject') this.known.set(railKey, { state: 'rejected', instruction });
    else {
      this.known.set(railKey, { state: 'accepted', instruction });
      this.move(instruction, instruction.amount);
      this.call(railKey, 'accepted');
    }
    return temper === 'accept-then-timeout' ? { outcome: 'unknown', reason: 'no answer in time' } : this.answer(railKey);
  }

  lookup(railKey: string): RailState {
    const found = this.known.get(railKey);
    if (!found) return { state: 'not-found' };
    return found.state === 'rejected' ? { state: 'rejected', reason: 'account closed' } : { state: found.state, reference: `R-${railKey}` };
  }

  /** What the rail does by itself later; false when it cannot be done now. */
  become(railKey: string, to: 'settled' | 'returned' | 'rejected'): boolean {
    const found = this.known.get(railKey);
    if (found?.state !== (to === 'returned' ? 'settled' : 'accepted')) return false;
    found.state = to;
    if (to !== 'settled') this.move(found.instruction, -found.instruction.amount);
    if (to !== 'rejected') this.call(railKey, to);
    return true;
  }

  private answer(railKey: string): Answer {
    if (this.known.get(railKey)?.state === 'rejected') return { outcome: 'rejected', reason: 'account closed' };
    return { outcome: 'accepted', reference: `R-${railKey}` };
  }

  private move({ railKey, payoutId, currency }: Instruction, amount: bigint): void {
    this.moved.push({ railKey, payoutId, amount, currency });
  }

  private call(railKey: string, state: Callback['state']): void {
    this.calls.push({ id: String(this.calls.length), railKey, state, reference: `R-${railKey}` });
  }
}
