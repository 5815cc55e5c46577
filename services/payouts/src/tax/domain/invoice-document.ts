import { formatMajor, isCurrency } from '@tributary/money';
import { isEu, type Vat } from './vat.js';

export interface InvoiceParty {
  name: string;
  address: string;
  country: string;
  vatNumber: string | null;
}
export interface InvoiceFacts {
  kind: 'invoice' | 'credit-note';
  number: number;
  /** Of a credit note: the number of the invoice. */
  corrects: number | null;
  issuedOn: string;
  taxPoint: string;
  /** The partner: who supplies. */
  supplier: InvoiceParty;
  /** The brand: who writes the document. */
  customer: InvoiceParty;
  payoutId: string;
  currency: string;
  net: bigint;
  rate: string;
  vat: bigint;
  treatment: Vat['treatment'];
}
export interface InvoiceDocument extends Omit<InvoiceFacts, 'kind' | 'net' | 'vat' | 'treatment'> {
  title: string;
  description: string;
  net: string;
  vat: string;
  gross: string;
  notes: string[];
}

const money = (amount: bigint, currency: string): string => (isCurrency(currency) ? formatMajor(amount, currency) : `${amount}`);

/** The document as it is kept and shown, with the words that its country asks for. */
export function invoiceDocument({ kind, net, vat, treatment, ...facts }: InvoiceFacts): InvoiceDocument {
  const { currency } = facts;
  return {
    ...facts,
    title: kind === 'invoice' ? 'Self-billing invoice' : 'Self-billing credit note',
    description: `Commission, payout ${facts.payoutId}`,
    net: money(net, currency),
    vat: money(vat, currency),
    gross: money(net + vat, currency),
    notes: notesOf(facts.supplier.country, treatment),
  };
}

/** VAT Notice 700/62 for the United Kingdom; articles 226 (10a) and (11a) of Directive 2006/112/EC. */
function notesOf(country: string, treatment: Vat['treatment']): string[] {
  if (treatment === 'reverse-charge') return ['Self-billing', 'Reverse charge'];
  if (country === 'GB') return ['Self-billing', 'The VAT shown is your output tax due to HMRC'];
  return isEu(country) ? ['Self-billing'] : ['Self-billing', 'The VAT shown is your output tax'];
}

/** The document as lines of text. */
export function invoiceText(document: InvoiceDocument): string {
  const { title, number, corrects, issuedOn, taxPoint, supplier, customer, description, currency, net, rate, vat, gross, notes } = document;
  const party = ({ name, address, country, vatNumber }: InvoiceParty) => [
    name,
    address,
    country,
    ...(vatNumber ? [`VAT number ${vatNumber}`] : []),
  ];
  const lines = [
    `${title} ${number}`,
    ...(corrects === null ? [] : [`corrects invoice ${corrects}`]),
    `Issued on ${issuedOn}, tax point ${taxPoint}`,
    '',
    'Supplier',
    ...party(supplier),
    '',
    'Customer',
    ...party(customer),
    '',
    description,
    `Net    ${net} ${currency}`,
    `VAT    ${vat} ${currency} (rate ${rate})`,
    `Gross  ${gross} ${currency}`,
    '',
    ...notes,
  ];
  return `${lines.join('\n')}\n`;
}
