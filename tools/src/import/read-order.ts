import { type AmountFlaw, amountOf, integerOf, priceOf } from './amount.js';
import { assign } from './assign.js';
import type { Line, LineFlaw } from './lines.js';
import { type DateFlaw, instantOf } from './local-time.js';
import type { Mapping } from './mapping.js';
import { type MatchFlaw, Originals } from './originals.js';

/** Why a line is no event. Each is reported; none is mended. */
export type Flaw =
  | LineFlaw
  | 'order-missing'
  | 'order-malformed'
  | 'item-missing'
  | 'item-malformed'
  | 'customer-missing'
  | 'customer-malformed'
  | 'quantity-unparseable'
  | 'quantity-zero'
  | 'quantity-negative-without-cancellation'
  | 'quantity-positive-on-cancellation'
  | 'price-unparseable'
  | 'price-zero'
  | 'price-negative'
  | DateFlaw
  | AmountFlaw
  | MatchFlaw;

/** An event but for the ids that the platform gave to its brand and partner. */
export interface OrderEvent {
  brand: number;
  /** Absent where the original says it. */
  partner?: number;
  body: {
    type: string;
    eventId: string;
    occurredAt: string;
    amount: number;
    currency: string;
    customerKey?: string;
    originalEventId?: string;
    sku?: string;
    product?: string;
    attributes?: Record<string, string>;
  };
}
/** A line's event, or all that is wrong with it: the first flaw is the one it is counted under. */
export type Read = { ordinal: number; event: OrderEvent } | { ordinal: number; flaws: readonly [Flaw, ...Flaw[]]; text: string };

/** Makes a reader of lines, to be given every line of a file in order: it remembers the sales that later lines may take back. */
export function orderReader(mapping: Mapping): (line: Line) => Read {
  const originals = new Originals();
  const fieldIn = fieldReader(mapping);
  return (line) => {
    const reject = (...flaws: [Flaw, ...Flaw[]]): Read => ({ ordinal: line.ordinal, flaws, text: line.text });
    if (typeof line.fields === 'string') return reject(line.fields);
    const order = readFields(fieldIn(line.fields), mapping);
    const [first, ...others] = order.flaws;
    if (first) return reject(first, ...others);
    const quantity = order.isCancellation ? -order.quantity : order.quantity;
    const money = amountOf(quantity, order.unitPrice, mapping.event.currency);
    if ('flaw' in money) return reject(money.flaw);
    const eventId = mapping.event.id.replace(/\{([^}]*)\}/g, (_, name) => (name === 'line' ? `${line.ordinal}` : order.text(name)));
    const { partner, brand } = assign(order.customer, mapping.partners.count, mapping.brands.length);
    const common = {
      eventId,
      occurredAt: order.occurredAt,
      amount: money.amount,
      currency: mapping.event.currency,
      ...describe(order, mapping),
    };
    if (!order.isCancellation) {
      originals.add(order.customer, order.item, eventId, quantity, money.amount);
      const body = { type: mapping.types.sale, ...common, customerKey: order.customer };
      return { ordinal: line.ordinal, event: { brand, partner, body } };
    }
    const match = originals.takeBack(order.customer, order.item, quantity, money.amount);
    if ('flaw' in match) return reject(match.flaw);
    const body = { type: mapping.types.cancellation, ...common, originalEventId: match.originalEventId };
    return { ordinal: line.ordinal, event: { brand, body } };
  };
}

type FieldReader = (column: string) => string;

function fieldReader({ csv }: Mapping): (fields: readonly string[]) => FieldReader {
  const indexes = new Map(csv.columns.map((name, index) => [name, index]));
  return (fields) => (column) => fields[indexes.get(column) ?? -1] ?? '';
}

interface Order {
  text: FieldReader;
  isCancellation: boolean;
  customer: string;
  item: string;
  quantity: bigint;
  unitPrice: string;
  occurredAt: string;
  flaws: Flaw[];
}

/** The fields of an order line. With flaws, the fields that they concern mean nothing. */
function readFields(text: FieldReader, { event, cancellation }: Mapping): Order {
  const flaws: Flaw[] = [];
  const named = (field: { column: string; pattern: string | undefined }, name: 'order' | 'item' | 'customer'): string => {
    const value = text(field.column);
    if (value.trim() === '') flaws.push(`${name}-missing`);
    else if (field.pattern !== undefined && !new RegExp(`^(?:${field.pattern})$`, 'u').test(value)) flaws.push(`${name}-malformed`);
    return value;
  };
  const order = named(event.order, 'order');
  const item = named(event.item, 'item');
  const customer = named(event.customer, 'customer');
  const isCancellation = order.startsWith(cancellation.orderStartsWith);
  const quantity = integerOf(text(event.quantity));
  const unitPrice = priceOf(text(event.unitPrice));
  const occurred = instantOf(text(event.occurredAt.column), event.occurredAt);
  flaws.push(...flawsOfQuantity(quantity, isCancellation), ...flawsOfPrice(unitPrice), ...('flaw' in occurred ? [occurred.flaw] : []));
  const occurredAt = 'instant' in occurred ? occurred.instant : '';
  return { text, isCancellation, customer, item, quantity: quantity ?? 0n, unitPrice: unitPrice ?? '0', occurredAt, flaws };
}

function flawsOfQuantity(quantity: bigint | undefined, isCancellation: boolean): Flaw[] {
  if (quantity === undefined) return ['quantity-unparseable'];
  if (quantity === 0n) return ['quantity-zero'];
  if (quantity < 0n && !isCancellation) return ['quantity-negative-without-cancellation'];
  return quantity > 0n && isCancellation ? ['quantity-positive-on-cancellation'] : [];
}

function flawsOfPrice(price: string | undefined): Flaw[] {
  if (price === undefined) return ['price-unparseable'];
  if (/^-?0+(\.0+)?$/.test(price)) return ['price-zero'];
  return price.startsWith('-') ? ['price-negative'] : [];
}

function describe({ item, text }: Order, { event }: Mapping): Pick<OrderEvent['body'], 'sku' | 'product' | 'attributes'> {
  const product = event.product === undefined ? '' : text(event.product).trim();
  const attributes = Object.fromEntries(
    Object.entries(event.attributes)
      .map(([name, column]) => [name, text(column).trim()] as const)
      .filter(([, value]) => value !== ''),
  );
  return {
    sku: item,
    ...(product === '' ? {} : { product }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}
