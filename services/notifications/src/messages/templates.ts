import type { Template } from './domain/wish.js';

/** A message in words (Liquid). `partner`, `brand`, `amount`, `usableFrom`, `period`, `freeze` (a link, or nothing) and `about` are filled in; in HTML they are escaped. */
interface Words {
  subject: string;
  paragraphs: readonly string[];
}

export const templates: Readonly<Record<Template, Words>> = {
  'statement-issued': {
    subject: 'Your statement of {{ period }} from {{ brand }}',
    paragraphs: [
      'Hello {{ partner }},',
      'the statement of your account with {{ brand }} for {{ period }} is there. It closes at {{ amount }}.',
      'What is booked later stands in the next one.',
      'Reference: {{ about }}',
    ],
  },
  'payout-settled': {
    subject: '{% if sandbox %}[Sandbox] {% endif %}{{ amount }} from {{ brand }} has arrived',
    paragraphs: ['Hello {{ partner }},', 'your payout of {{ amount }} from {{ brand }} has arrived.', 'Reference: {{ about }}'],
  },
  'payout-failed': {
    subject: '{% if sandbox %}[Sandbox] {% endif %}A payout from {{ brand }} could not be made',
    paragraphs: [
      'Hello {{ partner }},',
      'your payout of {{ amount }} from {{ brand }} could not be made. Nothing is lost: the amount is in your balance again and goes out with a later payout.',
      'Please check that your payout method is up to date.',
      'Reference: {{ about }}',
    ],
  },
  'payout-returned': {
    subject: '{% if sandbox %}[Sandbox] {% endif %}A payout from {{ brand }} came back',
    paragraphs: [
      'Hello {{ partner }},',
      'your bank has sent back the payout of {{ amount }} from {{ brand }}. The amount is in your balance again.',
      'Please check your payout method: the account may be closed or mistyped.',
      'Reference: {{ about }}',
    ],
  },
  'payout-method-verified': {
    subject: 'Your payout method was verified',
    paragraphs: [
      'Hello {{ partner }},',
      'the account that your commissions are paid to was verified. It is used from {{ usableFrom }} on.',
      'If you do not know of a new account, please tell us at once.',
      'Reference: {{ about }}',
    ],
  },
  'payout-method-returned': {
    subject: 'A payment to your account came back',
    paragraphs: [
      'Hello {{ partner }},',
      'your bank has sent back what we paid to one of your accounts. Nothing more is paid there until somebody has made sure of it once more.',
      'Please tell us whether the account is still yours, or give us another.',
      'Reference: {{ about }}',
    ],
  },
  'payout-method-disabled': {
    subject: 'Your payout method was disabled',
    paragraphs: [
      'Hello {{ partner }},',
      'nothing is paid any more to one of the accounts that you gave us. Your commissions stay in your balance until there is another.',
      'If this was not your wish, please tell us.',
      'Reference: {{ about }}',
    ],
  },
  'contact-changed': {
    subject: 'Your address was changed',
    paragraphs: [
      'Hello {{ partner }},',
      'the address under which we write to you was changed. An account that is entered now is not paid for a week.',
      'If this was not you, please tell us at once. What we write to the new address about your accounts comes here too for a month.',
      'Reference: {{ about }}',
    ],
  },
  'payout-method-changed': {
    subject: 'Your payout method was changed',
    paragraphs: [
      'Hello {{ partner }},',
      'the account that your commissions are paid to was changed. It is used from {{ usableFrom }} on.',
      '{% if freeze != "" %}If this was not you, freeze that account before then: {{ freeze }}{% else %}If this was not you, please tell us before then.{% endif %}',
      'Reference: {{ about }}',
    ],
  },
};
