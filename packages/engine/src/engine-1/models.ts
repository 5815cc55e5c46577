import { allocate, compare, divide, multiply, one, type Rational, rate, toExactText } from '@tributary/money';
import type { Conversion, Details, NormalComponent, OnRefund, Reason, RuleTried } from '../types.js';
import type { Exchange } from './exchange.js';
import type { Picked } from './pick-rate.js';
import type { Rest } from './refunds.js';

/** One addend of a commission: `value` = `of` x `times`. */
export interface Part {
  step: string;
  formula: string;
  /** The same arithmetic on what refunds have left; null where only a share of the whole says it. */
  formulaOnRest: string | null;
  /** What the rate or amount is applied to, before refunds. */
  of: Rational;
  times: Rational;
  /** `base`: a rate's base in minor units; `units`: what an amount is paid for. */
  kind: 'base' | 'units';
  onRefund: OnRefund;
}

export interface Modelled {
  parts: Part[];
  reason: Reason | null;
  rules: RuleTried[];
}

interface Model {
  component: NormalComponent;
  conversion: Conversion;
  picked: Picked;
  exchange: Exchange;
  rest: Rest;
}

/** The addends that a component's model makes of a conversion, before refunds take their share. */
export function modelParts(model: Model): Modelled {
  const { component } = model;
  switch (component.model) {
    case 'flat':
      return parts([flat(model)]);
    case 'percentage':
      return percentage(model);
    case 'flat-plus-percentage': {
      const share = percentage(model);
      return share.reason === 'no-amount' ? parts([flat(model)]) : { ...share, parts: [flat(model), ...share.parts] };
    }
    case 'per-unit':
      return perUnit(model);
    case 'spread-share':
      return spreadShare(model);
    case 'line-items':
      return lineItems(model);
    case 'revshare':
    case 'retainer':
      return nothing('rated-by-the-month', 'model', `${component.model} is rated when the month closes`);
  }
}

const parts = (made: Part[], rules: RuleTried[] = []): Modelled => ({ parts: made, reason: null, rules });
const nothing = (reason: Reason, rule: string, detail: string): Modelled => ({
  parts: [],
  reason,
  rules: [{ rule, passed: false, detail }],
});

const flat = ({ component, picked }: Model): Part => ({
  step: 'flat-part',
  formula: picked.amount ?? '0',
  formulaOnRest: null,
  of: one,
  times: rate(picked.amount ?? '0'),
  kind: 'units',
  onRefund: component.onRefund.flat,
});

function percentage({ component, conversion, picked, exchange, rest }: Model): Modelled {
  if (conversion.amount === null || exchange.into === null) return { parts: [], reason: 'no-amount', rules: [] };
  const base = exchange.into(conversion.amount);
  const share = picked.rate ?? '0';
  const left = rest.amount === null ? null : exchange.into(rest.amount);
  return parts([
    {
      step: 'percentage-part',
      formula: `${toExactText(base)} x ${share}`,
      formulaOnRest: left === null ? null : `${toExactText(left)} x ${share}`,
      of: base,
      times: rate(share),
      kind: 'base',
      onRefund: component.onRefund.percentage,
    },
  ]);
}

/** A rebate for each unit of quantity: a lot, a night, a seat. */
function perUnit({ component, conversion, picked }: Model): Modelled {
  const quantity = conversion.details?.quantity;
  if (quantity === undefined) return nothing('no-quantity', 'quantity', 'the event carries no quantity');
  const amount = picked.amount ?? '0';
  return parts([
    {
      step: 'per-unit',
      formula: `${quantity} x ${amount}`,
      formulaOnRest: null,
      of: rate(quantity),
      times: rate(amount),
      kind: 'units',
      onRefund: component.onRefund.percentage,
    },
  ]);
}

/**
 * Share of the spread: rate x quantity x min(spread, maximum) x unit. A spread above `reduceAbove` times the average counts as the
 * average: the reduction rate is average / spread.
 */
function spreadShare({ component, conversion, picked }: Model): Modelled {
  const { quantity, spread, averageSpread } = conversion.details ?? {};
  if (quantity === undefined || spread === undefined || component.spread === null)
    return nothing('no-quantity', 'quantity', 'the event carries no quantity and spread');
  const { unit, maximum, reduceAbove } = component.spread;
  const rules: RuleTried[] = [];
  let counted = rate(spread);
  let formula = spread;
  if (maximum !== null) {
    const above = compare(counted, rate(maximum)) > 0;
    rules.push({ rule: 'maximum-spread', passed: !above, detail: `${spread} is ${above ? 'above' : 'within'} ${maximum}` });
    if (above) [counted, formula] = [rate(maximum), maximum];
  }
  if (reduceAbove !== null && averageSpread !== undefined) {
    const limit = multiply(rate(averageSpread), rate(reduceAbove));
    const spiked = compare(rate(spread), limit) > 0;
    const detail = `${spread} is ${spiked ? 'above' : 'within'} ${reduceAbove} times the average ${averageSpread}`;
    rules.push({ rule: 'spread-spike', passed: !spiked, detail });
    if (spiked) {
      const reduction = divide(rate(averageSpread), rate(spread));
      [counted, formula] = [multiply(counted, reduction), `${formula} x ${toExactText(reduction)}`];
    }
  }
  const base = multiply(multiply(rate(quantity), counted), rate(unit));
  const share = picked.rate ?? '0';
  return parts(
    [
      {
        step: 'spread-share',
        formula: `${quantity} x ${formula} x ${unit} x ${share}`,
        formulaOnRest: null,
        of: base,
        times: rate(share),
        kind: 'base',
        onRefund: component.onRefund.percentage,
      },
    ],
    rules,
  );
}

/** Each line by the first entry that names its sku, category or product; a discount on the order is shared by the lines' amounts. */
function lineItems({ component, conversion, exchange }: Model): Modelled {
  const { details } = conversion;
  if (!details?.lines?.length || component.items === null) return nothing('no-lines', 'lines', 'the event carries no lines');
  if (exchange.into === null) return { parts: [], reason: 'no-amount', rules: [] };
  const { lines, discount = 0 } = details;
  // A line below zero (a voucher, a part sent back) has no price to take a discount off.
  const weights = lines.map(({ amount }) => (amount > 0 ? BigInt(amount) : 0n));
  const shares = allocate(BigInt(discount), weights.some((weight) => weight > 0n) ? weights : lines.map(() => 1n));
  const made: Part[] = [];
  const rules: RuleTried[] = [];
  for (const [index, line] of lines.entries()) {
    const off = shares[index] ?? 0n;
    const net = exchange.into(BigInt(line.amount) - off);
    const matched = component.items.rates.find((one) => matches(one, line, details));
    const share = matched?.rate ?? component.items.otherwise;
    const by = matched ? (matched.sku ?? matched.category ?? matched.product ?? '') : 'otherwise';
    rules.push({ rule: 'line-rate', passed: matched !== undefined, detail: `${line.sku}: ${by} pays ${share}` });
    made.push({
      step: `line ${line.sku}`,
      formula: `(${line.amount} - ${off}) x ${share}`,
      formulaOnRest: null,
      of: net,
      times: rate(share),
      kind: 'base',
      onRefund: component.onRefund.percentage,
    });
  }
  return parts(made, rules);
}

type ItemRate = { sku?: string | undefined; category?: string | undefined; product?: string | undefined };
function matches(wanted: ItemRate, line: { sku: string; category?: string | undefined }, details: Details): boolean {
  return (
    (wanted.sku === undefined || wanted.sku === line.sku) &&
    (wanted.category === undefined || wanted.category === (line.category ?? details.category)) &&
    (wanted.product === undefined || wanted.product === details.product)
  );
}

/** What a part comes to before refunds. */
export const partValue = ({ of, times }: Part): Rational => multiply(of, times);
