import { dirt, type OrderFields } from './dirt.js';
import { type Random, seeded } from './random.js';

export interface OrdersOptions {
  lines: number;
  seed: number;
}

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const customers = 400;
const items = 300;
const recentSales = 400;
const fewestReturns = 650;
const yearMs = 365 * 24 * 3_600_000;
const kinds = Object.keys(dirt);

interface Sale {
  order: OrderFields;
  left: number;
  price: string;
}

/**
 * The bytes of an orders file of the shape of the Online Retail data set, line by line; the same for the same seed. Of its lines some
 * are dirty, in every way known, and at least 500 (of 3,000 lines or more) take back earlier ones, whole or a few at a time.
 */
export function* generateOrders({ lines, seed }: OrdersOptions): Generator<Buffer> {
  const random = seeded(seed);
  const catalogue = Array.from({ length: items }, (_, index) => itemOf(random, index));
  const recent: Sale[] = [];
  const returnShare = Math.max(0.06, fewestReturns / lines);
  let invoice = 536_000;
  let dirty = 0;
  let order = newOrder(random, invoice, 0);
  yield Buffer.from(`${header}\n`);
  for (let line = 0; line < lines; line += 1) {
    if (random.chance(0.3)) order = newOrder(random, ++invoice, line / lines);
    const sold = recent.length > 20 && random.chance(returnShare) ? returnOf(random, recent, order, ++invoice) : undefined;
    if (sold) {
      yield textOf(random, sold);
      continue;
    }
    const { stock, description, price } = catalogue[random.between(0, items - 1)] ?? itemOf(random, 0);
    const quantity = random.chance(0.02) ? random.between(100, 900) : random.between(1, 48);
    const fields = { ...order, stock, description, price, quantity: `${quantity}` };
    if (random.chance(0.08)) {
      const spoil = dirt[kinds[dirty++ % kinds.length] ?? ''];
      const spoilt = spoil?.(fields, random) ?? fields;
      yield Buffer.isBuffer(spoilt) ? Buffer.concat([spoilt, Buffer.from('\n')]) : textOf(random, spoilt);
      continue;
    }
    recent.push({ order: fields, left: quantity, price });
    if (recent.length > recentSales) recent.shift();
    yield textOf(random, fields);
  }
}

function itemOf(random: Random, index: number): Pick<OrderFields, 'stock' | 'description' | 'price'> {
  const stock = `${20_000 + index * 7}${random.chance(0.2) ? random.pick(['A', 'B', 'GR']) : ''}`;
  const description = random.pick([
    'WHITE HANGING HEART T-LIGHT HOLDER',
    'TRAY, BREAKFAST IN BED',
    'RECORD FRAME 7" SINGLE SIZE ',
    'LETTER "V" BLING KEY RING',
    'CAFÉ AU LAIT CUP',
    '=SUM(A1:A9)',
    '"QUOTED" SIGN',
    '',
  ]);
  const pence = random.chance(0.1) ? random.between(1_000, 30_000) : random.between(19, 999);
  const price = `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`;
  return { stock, description, price: random.chance(0.3) ? price.replace(/0$/, '') : price };
}

function newOrder(random: Random, invoice: number, partOfYear: number): OrderFields {
  const at = new Date(Date.UTC(2010, 11, 1, 8) + Math.floor(partOfYear * yearMs));
  // shops open by day, so that no clock is put forward or back meanwhile
  at.setUTCHours(random.between(8, 19), random.between(0, 59));
  const [year = '', month = '', day = ''] = at.toISOString().slice(0, 10).split('-');
  return {
    invoice: String(invoice).padStart(6, '0'),
    stock: '',
    description: '',
    quantity: '',
    date: `${month}-${day}-${year} ${at.toISOString().slice(11, 16)}`,
    price: '',
    customer: String(12_346 + random.between(0, customers - 1)),
    country: random.pick(['United Kingdom', 'United Kingdom', 'France', 'EIRE', 'Germany']),
  };
}

/** Takes back a recent sale: all that is left or a part; one taken back in part is often taken back again. Now and then for too much money. */
function returnOf(random: Random, recent: Sale[], order: OrderFields, invoice: number): OrderFields | undefined {
  const started = recent.filter(({ left, order: sold }) => left > 0 && left < Number(sold.quantity));
  const open = started.length > 0 && random.chance(0.5) ? started : recent.filter(({ left }) => left > 0);
  const sale = open[random.between(0, open.length - 1)];
  if (!sale) return undefined;
  const quantity = random.chance(0.3) ? sale.left : random.between(1, sale.left);
  const tooMuch = random.chance(0.03);
  if (!tooMuch) sale.left -= quantity;
  const price = tooMuch ? `9${sale.price.padStart(6, '9')}` : sale.price;
  const { stock, description, customer, country } = sale.order;
  return { ...order, invoice: `C${invoice}`, stock, description, customer, country, quantity: `-${quantity}`, price };
}

function textOf(random: Random, order: OrderFields): Buffer {
  const { invoice, stock, description, quantity, date, price, customer, country } = order;
  const text = [invoice, stock, description, quantity, date, price, customer, country].map(quoted).join(',');
  return Buffer.from(`${text}${random.chance(0.1) ? '\r\n' : '\n'}`);
}

/** As real exports do: quotes where a comma asks for them, and around what begins with one. */
const quoted = (field: string): string => (field.includes(',') || field.startsWith('"') ? `"${field.replaceAll('"', '""')}"` : field);
