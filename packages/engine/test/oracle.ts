import type { Component, Conversion, DealVersion } from '../src/types.js';

/**
 * What each scope should net to, worked out the slow and obvious way from all facts at once. It shares no code with the
 * engine (types only), and knows the models of engine 1, EUR and rounding half away from zero.
 */
export function oracle(conversions: readonly Conversion[], deals: readonly DealVersion[]): Record<string, bigint> {
  const nets: Record<string, bigint> = {};
  const sums: Record<string, [bigint, bigint]> = {};
  for (const sale of conversions) {
    if (sale.kind === 'refund' || sale.kind === 'chargeback') continue;
    const deal = dealOf(sale, deals);
    if (!deal) continue;
    for (const [name, component] of payingFor(sale, deal)) {
      const [n, d] = owed(component, sale, refunded(sale, conversions));
      if (component.subCent === 'accumulate') {
        const key = `${deal.partnerId}:${deal.dealId}/${name}/EUR/half-away`;
        const [sn, sd] = sums[key] ?? [0n, 1n];
        sums[key] = [sn * d + n * sd, sd * d];
      } else {
        nets[`${deal.partnerId}:${sale.conversionId}/${deal.dealId}/${name}/EUR`] = halfAway(n, d);
      }
    }
  }
  for (const [key, [n, d]] of Object.entries(sums)) nets[key] = halfAway(n, d);
  return Object.fromEntries(
    Object.entries(nets)
      .filter(([, net]) => net !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The components that pay for the sale's kind, each with its name: the kind, and from the second on its number. */
function payingFor(sale: Conversion, deal: DealVersion): [string, Component][] {
  const paying = deal.terms.components.filter(({ on }) => on === sale.kind);
  return paying.map((component, index) => [index === 0 ? sale.kind : `${sale.kind}-${index + 1}`, component]);
}

function dealOf(sale: Conversion, deals: readonly DealVersion[]): DealVersion | undefined {
  let best: DealVersion | undefined;
  for (const id of [...new Set(deals.map(({ dealId }) => dealId))].sort()) {
    const begun = deals.filter(
      (v) =>
        v.dealId === id &&
        v.status !== 'draft' &&
        v.partnerId === sale.partnerId &&
        Date.parse(v.effectiveFrom) <= Date.parse(sale.occurredAt),
    );
    const last = begun.sort((a, b) => a.version - b.version).pop();
    if (last?.status === 'active' && (!best || Date.parse(last.effectiveFrom) >= Date.parse(best.effectiveFrom))) best = last;
  }
  return best;
}

/** All that was taken back, at most the whole amount. */
function refunded(sale: Conversion, conversions: readonly Conversion[]): bigint {
  const whole = sale.amount ?? 0n;
  const ids = new Set<string>();
  let total = 0n;
  for (const one of conversions) {
    if (one.originalConversionId !== sale.conversionId || ids.has(one.conversionId)) continue;
    ids.add(one.conversionId);
    total += one.amount ?? whole;
  }
  return total > whole ? whole : total;
}

/** Exact commission as numerator and denominator. */
function owed(component: Component, sale: Conversion, back: bigint): [bigint, bigint] {
  const whole = sale.amount ?? 0n;
  const rest = whole - back;
  const minimum = BigInt(component.qualify?.minAmount ?? 0);
  if (whole < minimum) return [0n, 1n];
  const [an, ad] = component.model === 'percentage' ? [0n, 1n] : decimal(String(component.amount));
  const [rn, rd] = component.model === 'flat' ? [0n, 1n] : decimal(component.rate ?? '0');
  const stands = component.onRefund === 'never' || (rest > 0n && rest >= minimum) || back === 0n;

  let flat: [bigint, bigint] = stands ? [an, ad] : [0n, 1n];
  if (component.onRefund === 'proportional') flat = [an * rest, ad * whole];
  let share: [bigint, bigint] = [rn * rest, rd];
  if (component.onRefund === 'never' || component.onRefund === 'when-fully-refunded') share = stands ? [rn * whole, rd] : [0n, 1n];
  return [flat[0] * share[1] + share[0] * flat[1], flat[1] * share[1]];
}

function decimal(text: string): [bigint, bigint] {
  const [whole = '0', digits = ''] = text.split('.');
  return [BigInt(whole + digits), BigInt(`1${'0'.repeat(digits.length)}`)];
}

const halfAway = (n: bigint, d: bigint): bigint => (n < 0n ? -((-2n * n + d) / (2n * d)) : (2n * n + d) / (2n * d));
