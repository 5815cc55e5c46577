import type { PayingPartner } from '../../services/payouts/src/runs/domain/split-groups.js';
import type { Domain } from './domain.js';
import { LedgerShell } from './ledger-shell.js';
import { type Fault, type Method, type Payout, weekMs } from './payouts-records.js';

/** Where partners are paid. */
export class MethodsShell extends LedgerShell {
  readonly methods = new Map<string, Method[]>();

  constructor(
    domain: Domain,
    now: () => Date,
    protected readonly suspended: ReadonlySet<string>,
    faults: ReadonlySet<Fault>,
  ) {
    super(domain, now, faults);
  }

  partner(id: string): PayingPartner {
    const methods = (this.methods.get(id) ?? []).filter(({ frozen }) => !frozen);
    return { status: this.suspended.has(id) ? 'suspended' : 'active', methods: methods.reverse() };
  }

  /** Another person than who entered it; anew after something came back from there. */
  verify(method: Method, by: string): void {
    const cameBackNow = method.returnedAt !== null && method.returnedAt >= this.now();
    if (method.createdBy !== by && !cameBackNow) method.verified = true;
  }

  /** Nothing more goes to an account that a bank has sent something back from, until it is verified anew. */
  protected flagReturned(payouts: readonly Payout[]): void {
    for (const payout of payouts) {
      const method = this.methodOf(payout);
      if (method && !this.faults.has('return-leaves-account-verified')) Object.assign(method, { verified: false, returnedAt: this.now() });
    }
  }

  protected enteredLately(payout: Payout, by: string): boolean {
    const method = this.methodOf(payout);
    return method?.createdBy === by && method.createdAt.getTime() > this.now().getTime() - weekMs;
  }

  protected methodOf({ partnerId, methodId }: Payout): Method | undefined {
    return this.methods.get(partnerId)?.find(({ id }) => id === methodId);
  }
}
