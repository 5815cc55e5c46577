/** An amount of money and what it is about. */
export interface Movement {
  rail: string;
  payoutId: string;
  amount: bigint;
  currency: string;
}
interface Owned {
  partnerId: string;
  brandId: string;
  amount: bigint;
}
export interface Books {
  /** What was approved, as whoever approved it wrote it down. */
  approved: readonly (Owned & { entryId: string })[];
  /** The rails' own records, which only ever grow. */
  out: readonly Movement[];
  back: readonly Movement[];
  /** What the service says. */
  entries: readonly (Owned & { entryId: string; bucket: string | null; payoutId: string | null })[];
  payouts: readonly (Owned & { id: string; currency: string; status: string; approvedBy: string | null; clearedHash: string | null })[];
  /** `held`: the line still holds its entry, since its payout has not failed or come back. */
  lines: readonly { payoutId: string; entryId: string; amount: bigint; held: boolean }[];
  /** What the journal says was paid. */
  paid: readonly Owned[];
  /** What the journal says is with the rails. */
  clearing: bigint;
  /** How often each outcome of a payout was told. */
  told: readonly { payoutId: string; type: string; times: number }[];
}

/**
 * Holds what was approved, what the rails did and what the service wrote against each other. Nothing to say: every approved amount was
 * paid exactly once, and the ledger is the rails' record.
 */
export const judge = (books: Books): string[] => [
  ...railAgainstPayouts(books),
  ...entriesAgainstPayouts(books),
  ...sums(books),
  ...toldOnce(books),
];

const outcomes: Readonly<Record<string, { out: number; back: number }>> = {
  settled: { out: 1, back: 0 },
  returned: { out: 1, back: 1 },
  failed: { out: 0, back: 0 },
};

/** What moved is what was approved, cleared and told of, once. */
function railAgainstPayouts({ payouts, out, back }: Books): string[] {
  const [outs, backs] = [byPayout(out), byPayout(back)];
  const known = new Set(payouts.map(({ id }) => id));
  const unknown = [...outs.keys(), ...backs.keys()]
    .filter((id) => !known.has(id))
    .map((id) => `the rail moved ${id}, which nobody asked for`);
  const wrong = payouts.flatMap(({ id, status, amount, currency, approvedBy, clearedHash }) => {
    const [went, came] = [outs.get(id) ?? [], backs.get(id) ?? []];
    const found: string[] = [];
    if (went.length > 1) found.push(`the rail paid ${id} ${went.length} times`);
    const expected = outcomes[status];
    if (!expected) found.push(`${id} is ${status}: it has no outcome`);
    else if (went.length !== expected.out || came.length !== expected.back)
      found.push(`${id} is ${status}, and the rail paid it ${went.length} times and took it back ${came.length} times`);
    if ([...went, ...came].some((moved) => moved.amount !== amount || moved.currency !== currency))
      found.push(`the rail moved another amount than that of ${id}`);
    if (went.length > 0 && (approvedBy === null || clearedHash === null)) found.push(`${id} was paid without approval or clearance`);
    return found;
  });
  return [...unknown, ...wrong];
}

function byPayout(movements: readonly Movement[]): Map<string, Movement[]> {
  const map = new Map<string, Movement[]>();
  for (const each of movements) map.set(each.payoutId, [...(map.get(each.payoutId) ?? []), each]);
  return map;
}

/** Nothing approved is lost or changed; each entry is in exactly one payout that holds it, and that one settled, or it is payable. */
function entriesAgainstPayouts({ approved, entries, payouts, lines }: Books): string[] {
  const found: string[] = [];
  const kept = new Map(entries.map((entry) => [entry.entryId, entry]));
  const settled = new Set(payouts.filter(({ status }) => status === 'settled').map(({ id }) => id));
  const holding = new Map<string, string[]>();
  for (const { entryId, payoutId, held } of lines) if (held) holding.set(entryId, [...(holding.get(entryId) ?? []), payoutId]);
  if (kept.size !== entries.length) found.push('an entry is kept twice');
  for (const { entryId, amount, partnerId, brandId } of approved) {
    const entry = kept.get(entryId);
    const payoutIds = holding.get(entryId) ?? [];
    if (!entry) found.push(`${entryId} is lost`);
    else if (entry.amount !== amount || entry.partnerId !== partnerId || entry.brandId !== brandId)
      found.push(`${entryId} is not what was approved`);
    else if (payoutIds.length > 1) found.push(`${entryId} is in ${payoutIds.length} payouts`);
    else if (payoutIds.length === 0) {
      if (entry.bucket !== 'payable') found.push(`${entryId} is ${entry.bucket} and in no payout`);
    } else if (entry.bucket !== 'paid' || entry.payoutId !== payoutIds[0] || !settled.has(payoutIds[0] ?? ''))
      found.push(`${entryId} is ${entry.bucket} and its payout has not settled`);
  }
  const own = new Set(approved.map(({ entryId }) => entryId));
  found.push(...entries.filter(({ entryId }) => !own.has(entryId)).map(({ entryId }) => `nobody approved ${entryId}`));
  for (const { id, amount } of payouts) {
    const total = sum(lines.filter(({ payoutId }) => payoutId === id));
    if (total !== amount) found.push(`the lines of ${id} sum to ${total}, not ${amount}`);
  }
  return found;
}

const sum = (list: readonly { amount: bigint }[]) => list.reduce((total, { amount }) => total + amount, 0n);

/** Of each partner and brand: approved = moved by the rails + what waits as payable; moved by the rails = paid by the ledger. */
function sums({ approved, entries, payouts, out, back, paid, clearing }: Books): string[] {
  const owner = new Map(payouts.map((payout) => [payout.id, whose(payout)]));
  const totals = new Map<string, { approved: bigint; moved: bigint; paid: bigint; payable: bigint }>();
  const add = (key: string, field: 'approved' | 'moved' | 'paid' | 'payable', amount: bigint) => {
    const total = totals.get(key) ?? { approved: 0n, moved: 0n, paid: 0n, payable: 0n };
    totals.set(key, { ...total, [field]: total[field] + amount });
  };
  for (const each of approved) add(whose(each), 'approved', each.amount);
  for (const each of out) add(owner.get(each.payoutId) ?? 'nobody', 'moved', each.amount);
  for (const each of back) add(owner.get(each.payoutId) ?? 'nobody', 'moved', -each.amount);
  for (const each of paid) add(whose(each), 'paid', each.amount);
  for (const each of entries) if (each.bucket === 'payable') add(whose(each), 'payable', each.amount);
  const differing = [...totals].flatMap(([key, total]) => [
    ...(total.moved === total.paid ? [] : [`${key}: the rails moved ${total.moved}, the ledger says ${total.paid}`]),
    ...(total.approved === total.moved + total.payable
      ? []
      : [`${key}: ${total.approved} were approved, ${total.moved} were paid and ${total.payable} are payable`]),
  ]);
  return clearing === 0n ? differing : [...differing, `the ledger says that ${clearing} are with the rails`];
}

const whose = ({ partnerId, brandId }: { partnerId: string; brandId: string }) => `${partnerId} at ${brandId}`;

function toldOnce({ payouts, told }: Books): string[] {
  const said = new Map(told.map(({ payoutId, type, times }) => [`${type} ${payoutId}`, times]));
  return payouts.flatMap(({ id, status }) => {
    const types = status === 'returned' ? ['created', 'settled', 'returned'] : ['created', status];
    return types.flatMap((type) => {
      const times = said.get(`${type} ${id}`) ?? 0;
      return times === 1 ? [] : [`${type} of ${id} was told ${times} times`];
    });
  });
}
