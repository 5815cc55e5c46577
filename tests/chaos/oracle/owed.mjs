/**
 * What each event is worth, in minor units, from the client's own log: percentage, flat, and both; refunds take in order, at most what is
 * left; rounded once, half away from zero. A flat part stands until what is left no longer qualifies.
 */
export function owed(original, refunds, component) {
  if (!component) return 0n;
  const least = BigInt(component.qualify?.minAmount ?? 0);
  const amount = original.amount === undefined ? null : BigInt(original.amount);
  if (amount !== null && amount < least) return 0n;
  let rest = amount;
  for (const refund of refunds) {
    if (rest === null) return 0n;
    const asked = refund.amount === undefined ? rest : BigInt(refund.amount);
    rest -= asked > rest ? rest : asked;
  }
  const gone = refunds.length > 0 && (rest === null || rest === 0n || rest < least);
  const flat = component.amount === undefined || gone ? 0n : BigInt(component.amount);
  const [n, d] = fraction(component.rate ?? '0');
  return halfAway(flat * d + (rest ?? 0n) * n, d);
}

const halfAway = (n, d) => (2n * n + d) / (2n * d);

function fraction(decimal) {
  const [whole, part = ''] = decimal.split('.');
  return [BigInt(whole + part), 10n ** BigInt(part.length)];
}
