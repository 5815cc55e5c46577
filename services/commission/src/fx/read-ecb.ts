import { isDecimal } from '@tributary/money';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** One rate of the file: what one euro costs. */
export interface PublishedRate {
  date: string;
  quote: string;
  rate: string;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  processEntities: false,
  removeNSPrefix: true,
  isArray: (name) => name === 'Cube',
});

/** A `Cube` of the file: the outermost holds days, a day holds currencies. */
interface Cube {
  time?: string;
  currency?: string;
  rate?: string;
  Cube?: Cube[];
}

/** The rates of eurofxref-daily.xml or eurofxref-hist.xml; null when the text is not such a file. */
export function readEcbXml(text: string): PublishedRate[] | null {
  if (XMLValidator.validate(text) !== true) return null;
  const { Envelope: envelope } = parser.parse(text) as { Envelope?: { Cube?: Cube[] } };
  const days = envelope?.Cube?.flatMap(({ Cube: inner = [] }) => inner) ?? [];
  const rates = days.flatMap(({ time = '', Cube: inner = [] }) =>
    inner.map(({ currency = '', rate = '' }) => ({ date: time, quote: currency, rate })),
  );
  return complete(rates);
}

/** The rates of eurofxref-hist.csv; null when the text is not such a file. A currency without a rate on a day says `N/A` or nothing. */
export function readEcbCsv(text: string): PublishedRate[] | null {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const [first, ...quotes] = cellsOf(head);
  if (first?.toLowerCase() !== 'date') return null;
  const rates = lines
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const [date = '', ...values] = cellsOf(line);
      return quotes.flatMap((quote, index) => {
        const rate = values[index] ?? '';
        return quote === '' || rate === '' || rate === 'N/A' ? [] : [{ date, quote, rate }];
      });
    });
  return complete(rates);
}

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim());

/** All of the rates or, if one of them is none, nothing: half a file is no file. */
function complete(rates: readonly PublishedRate[]): PublishedRate[] | null {
  const sound = rates.every(({ date, quote, rate }) => isDay(date) && /^[A-Z]{3}$/.test(quote) && isPositive(rate));
  return rates.length > 0 && sound ? [...rates] : null;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '1900-01-01') return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const isPositive = (text: string): boolean => isDecimal(text) && /^\d{1,12}(\.\d{1,18})?$/.test(text) && /[1-9]/.test(text);
