import { instant, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';
import { statementContent } from '../statements.js';

export const statementIssued = defineEvent({
  type: 'commission.statement.issued.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 22,
  producer: 'commission',
  consumers: [],
  summary: 'A month of a deal, line by line: issued by the close, and again as the next revision when something late changed it.',
  schema: statementContent.extend({
    issuedAt: instant,
    /** SHA-256 of the canonical content: of everything here but `issuedAt` and `hash`. */
    hash: sha256Hex,
  }),
});
