/**
 * Every business "no" and every refusal of the platform: one name, used by the domain, as `code` over HTTP, in tests and in help texts.
 * The one table that maps a reason to HTTP.
 */
export const rejections = {
  // the request itself
  'json-not-parseable': { status: 400, title: 'The body is not JSON' },
  'json-not-strict': { status: 400, title: 'The body is not strict JSON' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'media-type-not-supported': { status: 415, title: 'The body must be application/json' },
  'not-signed-in': { status: 401, title: 'No valid key came with the request' },
  'not-permitted': { status: 403, title: 'Your roles do not allow this' },
  'not-found': { status: 404, title: 'There is no such thing, or it is not yours to see' },
  'request-invalid': { status: 422, title: 'The request breaks the schema' },
  'cursor-invalid': { status: 422, title: 'The cursor is not one that we gave' },
  'if-match-required': { status: 428, title: 'Say which version you are changing (If-Match)' },
  'version-stale': { status: 412, title: 'Somebody changed it meanwhile' },
  'idempotency-key-reused': { status: 409, title: 'The Idempotency-Key was used with another body' },
  'idempotency-key-invalid': { status: 422, title: 'The Idempotency-Key must be 1 to 200 visible characters' },
  'reference-not-yet-known': { status: 409, title: 'Something the request names is not known here yet' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'temporarily-unavailable': { status: 503, title: 'A part that is needed is away' },
  'internal-error': { status: 500, title: 'Something broke on our side' },
  // directory
  'brand-slug-taken': { status: 409, title: 'Another brand has this slug' },
  'currency-unknown': { status: 422, title: 'This is not an ISO 4217 currency' },
  'time-zone-unknown': { status: 422, title: 'This is not an IANA time zone' },
  'partner-external-id-taken': { status: 409, title: 'Another partner has this external id' },
  'parent-unknown': { status: 422, title: 'The parent partner does not exist' },
  'parent-makes-a-cycle': { status: 422, title: 'A partner cannot be above itself' },
  'enrollment-exists': { status: 409, title: 'The partner is enrolled there already' },
  'program-not-of-brand': { status: 422, title: 'The programme belongs to another brand' },
  'tag-not-set': { status: 409, title: 'The partner does not carry this tag' },
  // tracking
  'destination-not-allowed': { status: 422, title: 'The destination must be an http or https address' },
  'partner-not-enrolled': { status: 422, title: 'The partner is not enrolled in this brand and programme' },
  'link-code-taken': { status: 409, title: 'Another link has this code' },
  'link-unknown': { status: 404, title: 'There is no such link' },
  'event-without-key': {
    status: 422,
    title: 'The event has no eventId: without one it cannot be told from its repetition',
  },
  'event-id-reused': { status: 409, title: 'Another event of this brand has this id' },
  'event-in-future': { status: 422, title: 'The event lies more than five minutes ahead' },
  'event-without-reference': { status: 422, title: 'The event names no click, customer, coupon or partner' },
  'original-required': { status: 422, title: 'A refund or chargeback names its originalEventId' },
  'amount-without-currency': { status: 422, title: 'An amount needs its currency' },
  'amount-required': { status: 422, title: 'This kind of event needs an amount' },
  'amount-negative': { status: 422, title: 'An amount cannot be negative: report a refund instead' },
  'amount-not-exact': { status: 422, title: 'The amount has more decimals than its currency' },
  'signature-invalid': { status: 401, title: 'The signature does not match' },
  'batch-empty': { status: 422, title: 'The batch holds no events' },
  'batch-too-large': { status: 422, title: 'A batch holds at most 1,000 events' },
  // commission
  'terms-invalid': { status: 422, title: 'The terms break a rule' },
  'deal-overlaps': { status: 409, title: 'There is a deal already for this partner, brand and programme' },
  'deal-already-ended': { status: 409, title: 'The deal has ended' },
  'deal-version-immutable': {
    status: 409,
    title: 'A deal version is never changed: only an amendment can supersede it',
  },
  'effective-date-before-start': { status: 422, title: 'The amendment would start before the deal does' },
  'period-already-closed': { status: 409, title: 'The period is closed' },
  'period-not-over': { status: 409, title: 'The period is not over yet' },
  'original-not-found': { status: 422, title: 'The original was not found' },
  // approvals
  'approval-already-decided': { status: 409, title: 'The approval is decided' },
  'approval-follows-original': { status: 409, title: 'A reversal is decided with the entry that it takes back' },
  'four-eyes': { status: 403, title: 'Who made it cannot approve it' },
  'above-your-threshold': { status: 403, title: 'The amount needs a finance approver' },
  'reason-required': { status: 422, title: 'A rejection or hold needs a reason' },
  // payouts
  'run-state-forbids': { status: 409, title: 'The run is not in a state that allows this' },
  'run-empty': { status: 422, title: 'Nothing is payable' },
  'run-not-cleared': { status: 409, title: 'The run has no clearance for its content' },
  'adjustment-zero': { status: 422, title: 'An adjustment of nothing changes nothing' },
  'iban-invalid': { status: 422, title: 'The IBAN does not check' },
  'funding-account-exists': { status: 409, title: 'The brand has an active funding account on this rail' },
  'method-not-usable': { status: 422, title: 'The payout method cannot be used yet' },
  // audit, gateway
  'evidence-incomplete': { status: 409, title: 'The evidence lacks a hop that has not arrived yet' },
  'clock-not-simulated': { status: 409, title: 'Only a sandbox with a simulated clock can move it' },
  'clock-backwards': { status: 422, title: 'The simulated clock only moves forward' },
  'role-unknown': { status: 422, title: 'There is no such role' },
  'cannot-grant-more-than-own': { status: 403, title: 'A key cannot be given more than its maker has' },
  'parked-not-found': { status: 404, title: 'No message is parked under this id' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RejectionCode = keyof typeof rejections;
