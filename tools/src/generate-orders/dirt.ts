import type { Random } from './random.js';

/** A line's fields as text, before quoting. */
export interface OrderFields {
  invoice: string;
  stock: string;
  description: string;
  quantity: string;
  date: string;
  price: string;
  customer: string;
  country: string;
}

type Spoil = (order: OrderFields, random: Random) => OrderFields | Buffer;

const inForm = (order: OrderFields): string =>
  [order.invoice, order.stock, 'PLAIN TEXT', order.quantity, order.date, order.price, order.customer, order.country].join(',');
const asReturn = (order: OrderFields): OrderFields => ({ ...order, invoice: `C${order.invoice}`, quantity: `-${order.quantity}` });

/** Everything that may be wrong with a line, as found in real exports or imagined. By the reason it should be rejected for. */
export const dirt: Readonly<Record<string, Spoil>> = {
  'customer-missing': (order, random) => ({ ...order, customer: random.pick(['', ' ']) }),
  'customer-malformed': (order, random) => ({ ...order, customer: random.pick(['GUEST', `${order.customer}.0`, '1234']) }),
  'price-zero': (order, random) => ({ ...order, price: random.pick(['0', '0.00', '0.0']) }),
  'price-unparseable': (order, random) => ({ ...order, price: random.pick(['', 'n/a', '1,50', '£2.55', '1e3']) }),
  'price-negative': (order) => ({ ...order, price: `-${order.price}` }),
  'amount-finer-than-minor-unit': (order) => ({ ...order, quantity: '3', price: '1.005' }),
  'amount-too-large': (order) => ({ ...order, quantity: '999999999999999', price: '99.99' }),
  'quantity-zero': (order) => ({ ...order, quantity: '0' }),
  'quantity-unparseable': (order, random) => ({ ...order, quantity: random.pick(['', 'six', '1.5', '1 000']) }),
  'quantity-negative-without-cancellation': (order) => ({ ...order, quantity: `-${order.quantity}` }),
  'quantity-positive-on-cancellation': (order) => ({ ...order, invoice: `C${order.invoice}` }),
  'order-missing': (order) => ({ ...order, invoice: '' }),
  'order-malformed': (order, random) => ({ ...order, invoice: random.pick(['A563185', '53636', 'void']) }),
  'item-missing': (order) => ({ ...order, stock: '' }),
  'date-missing': (order) => ({ ...order, date: '' }),
  'date-unparseable': (order, random) => ({
    ...order,
    date: random.pick(['02-30-2011 10:00', '2011-03-01 10:00', '13-01-2011 10:00', 'soon']),
  }),
  'date-does-not-exist': (order) => ({ ...order, date: '03-27-2011 01:30' }),
  'date-ambiguous': (order) => ({ ...order, date: '10-30-2011 01:30' }),
  'event-in-future': (order) => ({ ...order, stock: 'FUTURE', date: '12-01-2099 10:00' }),
  'original-not-found': (order) => ({ ...asReturn(order), stock: 'NEVERSOLD' }),
  'columns-wrong': (order, random) => Buffer.from(random.pick([inForm(order).replace(/,[^,]*$/, ''), `${inForm(order)},`])),
  'quote-not-closed': (order) => Buffer.from(inForm(order).replace('PLAIN', '"PLAIN')),
  'line-empty': () => Buffer.alloc(0),
  'encoding-broken': (order) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(inForm(order))]),
};
