type Fields = Record<string, unknown>;

/** Every policy that a deal must choose, as the examples choose them unless they are about it. */
const chosen = { bounds: 'inclusive', crossing: 'new', retroactive: 'none', demotion: 'unwind' };

export const percent = (rate: string, rest: Fields = {}): Fields => ({ on: 'sale', model: 'percentage', rate, ...rest });
export const flat = (on: string, amount: number | string, rest: Fields = {}): Fields => ({ on, model: 'flat', amount, ...rest });
export const perUnit = (amount: number | string, rest: Fields = {}): Fields => ({ on: 'trade', model: 'per-unit', amount, ...rest });
export const scale = (bands: readonly Fields[], rest: Fields = {}): Fields => ({
  metric: { measure: 'amount' },
  reset: 'month',
  scale: 'whole',
  ...chosen,
  bands,
  ...rest,
});
export const below = (rest: Fields = {}): Fields => ({ downline: { levels: ['1'], of: 'amount', funding: 'on-top', ...rest } });
export const cap = (measure: string, limit: number, per: string, rest: Fields = {}): Fields => ({
  measure,
  limit,
  per,
  afterRefund: 'returns',
  ...rest,
});
export const when = (field: string, operator: string, value: unknown): Fields => ({
  combinator: 'and',
  rules: [{ field, operator, value }],
});
export const byTag = (whose: 'partner' | 'customer', tag: string, rate: string, priority: number): Fields => ({
  name: `${whose}-${tag}`,
  priority,
  when: when(`${whose}.tags`, 'contains', tag),
  rate,
});
export const times = <T>(count: number, of: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => of(index));
export const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
