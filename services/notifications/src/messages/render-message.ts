import { formatMajor, fromWireAmount, isCurrency } from '@tributary/money';
import { Liquid } from 'liquidjs';
import type { Contact } from './contacts.js';
import type { MessageFacts, Template } from './domain/wish.js';
import type { Mail } from './mailer.js';
import { templates } from './templates.js';

const common = { strictVariables: true, strictFilters: true, ownPropertyOnly: true, cache: true } as const;
const plain = new Liquid(common);
const html = new Liquid({ ...common, outputEscape: 'escape' });

export interface MessageContent {
  id: string;
  template: Template;
  about: string;
  facts: MessageFacts;
  /** Empty when the message concerns no single brand. */
  brandName: string;
  /** The link that freezes what it is about; empty when there is none. */
  freeze: string;
}

/** Fills a template, as text and as HTML, for one recipient. */
export async function renderMessage({ id, template, about, facts, brandName, freeze }: MessageContent, to: Contact): Promise<Mail> {
  const { subject, paragraphs } = templates[template];
  const values = {
    partner: to.name,
    brand: brandName,
    about,
    freeze,
    sandbox: facts.sandbox ?? false,
    amount: facts.amount === undefined || facts.currency === undefined ? '' : amountInWords(facts.amount, facts.currency),
    period: facts.period ?? '',
    usableFrom: facts.usableFrom === undefined ? '' : `${facts.usableFrom.slice(0, 16).replace('T', ' ')} UTC`,
  };
  const fill = (engine: Liquid, text: string): Promise<string> => engine.parseAndRender(text, values);
  const marked = await Promise.all(paragraphs.map((text) => fill(html, text)));
  return {
    id,
    to,
    subject: await fill(plain, subject),
    text: `${(await Promise.all(paragraphs.map((text) => fill(plain, text)))).join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${marked.map((text) => `<p>${text}</p>`).join('\n')}\n</body></html>\n`,
  };
}

function amountInWords(amount: number, currency: string): string {
  if (!isCurrency(currency)) throw new Error(`unknown currency ${currency}`);
  return `${formatMajor(fromWireAmount(amount), currency)} ${currency}`;
}
