import type {
  Conversion,
  CustomerFact,
  CustomerProfile,
  Dated,
  DealVersion,
  FoldResult,
  FxRate,
  NetworkKind,
  NetworkVerdict,
  PartnerProfile,
  Profiles,
  StreamPlace,
  StreamRecord,
  Terms,
} from '../src/index.js';
import * as sources from '../src/index.js';

/** What is put to the test: the engine, or a copy with a mistake in it. */
export type Engine = typeof sources;

const midnight = '2026-01-01T00:00:00.000Z';

/** An event in few words; `at` may be a day of 2026, such as `03-15`. */
export type Told = Partial<Omit<Conversion, 'amount' | 'occurredAt'>> & { at?: string; amount?: number | bigint | null };

const instantOf = (at: string): string => (/^\d{2}-\d{2}$/.test(at) ? `2026-${at}T12:00:00.000Z` : at);

interface WorldOptions {
  brandCurrency: string;
  timeZone: string;
  engine: Engine;
}

/**
 * Everything that is known, and what it comes to: facts, deals and profiles are told, and every question folds all of them from the
 * beginning, in two passes.
 */
export function world({ brandCurrency = 'EUR', timeZone = 'UTC', engine = sources }: Partial<WorldOptions> = {}) {
  const { circumstancesAt, foldConversion, foldStream, isRefundKind, recompute, withDefaults } = engine;
  const conversions: Conversion[] = [];
  const versions: DealVersion[] = [];
  const partners = new Map<string, PartnerProfile>();
  const customers = new Map<string, CustomerProfile>();
  const touches = new Map<string, readonly string[]>();
  const paid = new Map<string, string>();
  const rates: FxRate[] = [];
  const networks: NetworkVerdict[] = [];

  const changePartner = (partnerId: string, change: (profile: PartnerProfile) => Partial<PartnerProfile>): void => {
    const profile = partners.get(partnerId) ?? { partnerId, tags: [], tiers: [], parents: [] };
    partners.set(partnerId, { ...profile, ...change(profile) });
  };
  const dated = <T>(list: readonly Dated<T>[], value: T | null, effectiveFrom: string): Dated<T>[] => [
    ...list,
    { value, effectiveFrom, recordedAt: new Date(Date.parse(midnight) + list.length).toISOString() },
  ];

  const told = {
    /** The next version of a partner's deal. */
    deal(partnerId: string, terms: Terms | Terms['components'], overrides: Partial<DealVersion> = {}): void {
      const dealId = overrides.dealId ?? `deal_${partnerId}`;
      versions.push({
        dealId,
        version: versions.filter((one) => one.dealId === dealId).length + 1,
        partnerId,
        brandId: 'brd_a',
        programId: null,
        effectiveFrom: midnight,
        recordedAt: midnight,
        terms: 'components' in terms ? terms : { components: terms },
        status: 'active',
        ...overrides,
      });
    },
    /** An event; by partner `a`, a sale in euros, unless it says otherwise. */
    event({ at = '03-15', amount = null, ...rest }: Told = {}): string {
      const number = String(conversions.length + 1).padStart(4, '0');
      const conversion: Conversion = {
        conversionId: `c${number}`,
        eventId: `e${number}`,
        kind: 'sale',
        brandId: 'brd_a',
        programId: 'prg_a',
        partnerId: 'a',
        occurredAt: instantOf(at),
        amount: amount === null ? null : BigInt(amount),
        currency: amount === null ? null : 'EUR',
        originalConversionId: null,
        ...rest,
      };
      conversions.push(conversion);
      return conversion.conversionId;
    },
    refund(of: string, amount: number | bigint | null = null, rest: Told = {}): string {
      const original = conversions.find(({ conversionId }) => conversionId === of);
      const currency = amount === null ? null : (original?.currency ?? null);
      return told.event({ at: '06-01', kind: 'refund', amount, currency, originalConversionId: of, ...rest });
    },
    tag: (partnerId: string, tag: string, effectiveFrom = midnight, effectiveTo: string | null = null) =>
      changePartner(partnerId, ({ tags }) => ({ tags: [...tags, { tag, effectiveFrom, effectiveTo }] })),
    tier: (partnerId: string, tier: string | null, from = midnight) =>
      changePartner(partnerId, ({ tiers }) => ({ tiers: dated(tiers, tier, from) })),
    parent(partnerId: string, parent: string | null, from = midnight): void {
      changePartner(partnerId, ({ parents }) => ({ parents: dated(parents, parent, from) }));
      if (parent !== null) changePartner(parent, () => ({}));
    },
    customer: (customerId: string, profile: Partial<CustomerProfile>) =>
      void customers.set(customerId, { customerId, tags: [], country: null, verifiedAt: null, excludedFrom: null, ...profile }),
    touched: (conversionId: string, by: readonly string[]) => void touches.set(conversionId, by),
    fx: (base: string, quote: string, date: string, rate: string) =>
      void rates.push({ base, quote, date, rate, source: 'test', recordedAt: midnight }),
    /** A conversion or a customer came from a network, as an adapter says. */
    network: (subjectId: string, network: NetworkKind, seenAt = midnight) =>
      void networks.push({
        signalId: `rsg_${networks.length + 1}`,
        subjectId,
        network,
        country: null,
        seenAt: instantOf(seenAt),
        verdict: networks.filter((one) => one.subjectId === subjectId).length + 1,
      }),
    /** The commission of a conversion was paid. */
    pay: (conversionId: string, at: string) => void paid.set(conversionId, instantOf(at)),
  };

  const refundsOf = (id: string): Conversion[] => conversions.filter(({ originalConversionId }) => originalConversionId === id);
  const originals = (): Conversion[] => conversions.filter(({ kind }) => !isRefundKind(kind));

  function factOf(conversion: Conversion): CustomerFact {
    const { conversionId, eventId, kind, occurredAt, amount } = conversion;
    const once = [...new Map(refundsOf(conversionId).map((one) => [one.conversionId, one])).values()];
    const back = once.reduce((sum, one) => sum + (one.amount ?? amount ?? 0n), 0n);
    const left = (amount ?? 0n) > back ? (amount ?? 0n) - back : 0n;
    return { conversionId, eventId, kind, occurredAt, amount: `${left}`, turnover: `${conversion.details?.turnover ?? 0}` };
  }

  function profilesOf(conversion: Conversion): Profiles {
    const { customerId } = conversion;
    return {
      partners,
      customer: (customerId && customers.get(customerId)) || null,
      facts: customerId
        ? originals()
            .filter((one) => one.customerId === customerId && one.brandId === conversion.brandId)
            .map(factOf)
        : [],
      touches: touches.get(conversion.conversionId) ?? [],
      rates,
      networks,
    };
  }

  const foldOne = (original: Conversion, streamed?: Readonly<Record<string, StreamPlace>>): FoldResult =>
    foldConversion({
      original,
      refunds: refundsOf(original.conversionId),
      versions,
      brandCurrency,
      timeZone,
      circumstances: circumstancesAt(original, profilesOf(original), true),
      ...(streamed ? { streamed } : {}),
    });

  const termsOf = ({ dealId, dealVersion, component }: StreamRecord) => {
    const { terms } = versions.find((one) => one.dealId === dealId && one.version === dealVersion)!;
    const normal = withDefaults(terms);
    return { component: normal.components.find(({ name }) => name === component)!, timeZone: normal.timeZone ?? timeZone };
  };

  type Places = Map<string, Record<string, StreamPlace>>;

  /** The records of streams, in the order of the facts: those that go by events, or by what others earn, which needs the places of the first. */
  function streams(byEarnings = false, places: Places = new Map()): Map<string, StreamRecord[]> {
    const made = new Map<string, StreamRecord[]>();
    for (const original of originals()) {
      for (const record of foldOne(original, places.get(original.conversionId)).records) {
        if ((record.earned !== undefined) !== byEarnings) continue;
        const placed = { ...record, paidAt: paid.get(record.conversionId) ?? null };
        made.set(record.stream, [...(made.get(record.stream) ?? []), placed]);
      }
    }
    return made;
  }

  /** Every conversion's result, at its places in its streams. */
  function results(): FoldResult[] {
    const streamed: Places = new Map();
    for (const byEarnings of [false, true]) {
      for (const records of streams(byEarnings, streamed).values()) {
        for (const { record, place } of foldStream(records, termsOf).lines)
          streamed.set(record.conversionId, { ...streamed.get(record.conversionId), [record.scope ?? '']: place });
      }
    }
    return originals().map((original) => foldOne(original, streamed.get(original.conversionId)));
  }

  /** What each partner nets in each scope; a running scope counts with its rounded sum. Every explanation is computed again. */
  function nets({ explained = true } = {}): Record<string, bigint> {
    const made: Record<string, bigint> = {};
    const running = new Map<string, FoldResult['scopes'][number][]>();
    for (const { scopes } of results()) {
      for (const scope of scopes) {
        const again = explained ? recompute(JSON.parse(JSON.stringify(scope.explanation))) : null;
        if (again && !again.agrees)
          throw new Error(`${scope.scope} recomputes to ${again.amount} (${again.exact}) instead of ${scope.exact}`);
        const key = `${scope.partnerId} ${scope.scope}`;
        if (scope.type === 'conversion') made[key] = (made[key] ?? 0n) + scope.entitlement;
        else running.set(key, [...(running.get(key) ?? []), scope]);
      }
    }
    for (const [key, scopes] of running) made[key] = roundedSum(scopes);
    return Object.fromEntries(Object.entries(made).filter(([, net]) => net !== 0n));
  }

  return {
    ...told,
    conversions,
    versions,
    partners,
    customers,
    paid,
    touches,
    networks,
    streams,
    termsOf,
    results,
    nets,
    result: (conversionId: string): FoldResult => results().find((one) => one.conversionId === conversionId)!,
    /** What a conversion earns everybody, by partner. */
    earns(conversionId: string): Record<string, number> {
      const { scopes } = results().find((one) => one.conversionId === conversionId)!;
      const sums: Record<string, number> = {};
      for (const scope of scopes)
        if (scope.type === 'conversion') sums[scope.partnerId] = (sums[scope.partnerId] ?? 0) + Number(scope.entitlement);
      return sums;
    },
    /** What a partner nets in all, in minor units. */
    total: (partnerId: string): number =>
      Object.entries(nets()).reduce((sum, [key, net]) => (key.startsWith(`${partnerId} `) ? sum + Number(net) : sum), 0),
    /** What each conversion that earns anything at all earns one partner, in the order told. */
    amounts: (partnerId: string): number[] =>
      results().flatMap(({ scopes }) => {
        const mine = scopes.filter((scope) => scope.partnerId === partnerId);
        return mine.length === 0 ? [] : [mine.reduce((sum, one) => sum + (one.type === 'conversion' ? Number(one.entitlement) : 0), 0)];
      }),
    reasons: (): (string | null)[] => results().map(({ reason }) => reason),
  };
}

export type World = ReturnType<typeof world>;

/** Half away from zero, of the exact sum of a running scope. */
function roundedSum(scopes: readonly { exact: string }[]): bigint {
  let [n, d] = [0n, 1n];
  for (const { exact } of scopes) {
    const [top = '0', bottom = '1'] = exact.split('/');
    [n, d] = [n * BigInt(bottom) + BigInt(top) * d, d * BigInt(bottom)];
  }
  return n < 0n ? -((-2n * n + d) / (2n * d)) : (2n * n + d) / (2n * d);
}
