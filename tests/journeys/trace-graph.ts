import type { CollectedSpan } from '@tributary/testkit';

/** From spans of one name to spans of another, by parent or by link. */
export interface Hop {
  name: string;
  from: RegExp;
  to: RegExp;
}

const consume = (service: string, type: string): RegExp => new RegExp(`^${service} consume ${type.replaceAll('.', '\\.')}$`);
/** Audit takes whatever types arrive together at once. */
const archive = (type: string): RegExp => new RegExp(`^audit consume (\\*|${type.replaceAll('.', '\\.')})$`);
const publish = (service: string): RegExp => new RegExp(`^${service} publish$`);
const click = /^\/c\/:code$/;
const report = /^\/api\/v1\/events$/;
const createRun = /^POST \/api\/v1\/payout-runs$/;
const approveRun = /^POST \/api\/v1\/payout-runs\/[^/]+\/approve$/;
const submitRun = /^POST \/api\/v1\/payout-runs\/[^/]+\/submit$/;
const decision = /^POST \/api\/v1\/approvals\/[^/]+\/decision$/;

const conversion = 'tracking.conversion.recorded.v1';
const entry = 'commission.entry.accrued.v1';
const approved = 'approvals.commission.approved.v1';
const created = 'payouts.payout.created.v1';
const sealed = 'payouts.run.sealed.v1';
const cleared = 'approvals.run.cleared.v1';
const settled = 'payouts.payout.settled.v1';
const sent = 'notifications.message.sent.v1';

const hop = (name: string, from: RegExp, to: RegExp): Hop => ({ name, from, to });

/** Where a way may begin: a visitor's click, and what people ask for later. */
const beginnings = [click, createRun];

/**
 * Every hop from the click to the mail about the payout, in the order of the way. A message carries the context of the step that wrote
 * it; both its publication and each of its consumers link to that.
 */
export const hops: readonly Hop[] = [
  hop('click to conversion, by the context in the click row', click, report),
  hop('conversion to the outbox of tracking', report, publish('tracking')),
  hop('conversion to commission', report, consume('commission', conversion)),
  hop('conversion to insights', report, consume('insights', conversion)),
  hop('conversion to audit', report, archive(conversion)),
  hop('consumed conversion to accrual', consume('commission', conversion), /^commission accrue$/),
  hop('accrual to the outbox of commission', /^commission accrue$/, publish('commission')),
  ...['approvals', 'payouts', 'insights', 'audit'].map((service) =>
    hop(`accrual to ${service}`, /^commission accrue$/, service === 'audit' ? archive(entry) : consume(service, entry)),
  ),
  hop('arrived entry to the decision of a person, by the context in the approval row', consume('approvals', entry), decision),
  hop('decision to the outbox of approvals', decision, publish('approvals')),
  hop('decision to payouts', decision, consume('payouts', approved)),
  hop('decision to audit', decision, archive(approved)),
  hop('conversion to the run that pays it, by the context in the entry', report, /^payouts create run$/),
  hop('approved entry to its run', consume('payouts', approved), /^payouts create run$/),
  hop('request to run', createRun, /^payouts create run$/),
  hop('run to the outbox of payouts', /^payouts create run$/, publish('payouts')),
  hop('created payout to approvals', /^payouts create run$/, consume('approvals', created)),
  hop('created payout to audit', /^payouts create run$/, archive(created)),
  hop('run to its approval, by the context in the run', createRun, approveRun),
  hop('sealed run to the outbox of payouts', approveRun, publish('payouts')),
  hop('sealed run to approvals', approveRun, consume('approvals', sealed)),
  hop('clearance to the outbox of approvals', consume('approvals', sealed), publish('approvals')),
  hop('clearance to payouts', consume('approvals', sealed), consume('payouts', cleared)),
  hop('run to the wish to submit it, by the context in the run', createRun, submitRun),
  hop('cleared and asked for, to the job', new RegExp(`${submitRun.source}|${consume('payouts', cleared).source}`), /^job submit-run$/),
  hop('job to submission', /^job submit-run$/, /^payouts submit run$/),
  hop('clearance to submission, by the context in the run', consume('payouts', cleared), /^payouts submit run$/),
  hop('conversion to submission, by the context in the entry', report, /^payouts submit run$/),
  hop('submission to the rail', /^payouts submit run$/, /^rail submit simulated-api$/),
  hop('rail to settlement, by the context in the payout', /^rail submit simulated-api$/, /^payouts settled$/),
  hop('settlement to the outbox of payouts', /^payouts settled$/, publish('payouts')),
  hop('settlement to notifications', /^payouts settled$/, consume('notifications', settled)),
  hop('settlement to insights', /^payouts settled$/, consume('insights', settled)),
  hop('settlement to audit', /^payouts settled$/, archive(settled)),
  hop('notification to the job', consume('notifications', settled), /^job send-message$/),
  hop('job to mail', /^job send-message$/, /^notifications mail$/),
  hop('mail to the outbox of notifications', /^notifications mail$/, publish('notifications')),
  hop('mail to audit', /^notifications mail$/, archive(sent)),
];

interface Graph {
  spans: ReadonlyMap<string, CollectedSpan>;
  /** The spans that each comes from: its parent, and what it is linked to. */
  origins: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Links that a span could not carry are on children of its own name: they count as its own. */
function graphOf(all: readonly CollectedSpan[]): Graph {
  const spans = new Map(all.map((span) => [span.spanId, span]));
  const origins = new Map<string, Set<string>>(all.map((span) => [span.spanId, new Set()]));
  for (const span of all) {
    const owner = span.name.endsWith(' (more links)') ? (span.parentSpanId ?? span.spanId) : span.spanId;
    const into = origins.get(owner);
    for (const { traceId, spanId } of span.links) if (spans.get(spanId)?.traceId === traceId) into?.add(spanId);
    if (owner === span.spanId && span.parentSpanId && spans.get(span.parentSpanId)?.traceId === span.traceId) into?.add(span.parentSpanId);
  }
  return { spans, origins };
}

/** The names of the hops that cannot be walked, one after the other from the click on. */
export function brokenHops(all: readonly CollectedSpan[], way: readonly Hop[] = hops): string[] {
  const { spans, origins } = graphOf(all);
  const reached = new Set([...spans.values()].filter(({ name }) => beginnings.some((one) => one.test(name))).map(({ spanId }) => spanId));
  const broken: string[] = [];
  for (const { name, from, to } of way) {
    const arrived = [...spans.values()].filter(
      (span) =>
        to.test(span.name) &&
        [...(origins.get(span.spanId) ?? [])].some((origin) => reached.has(origin) && from.test(spans.get(origin)?.name ?? '')),
    );
    for (const { spanId } of arrived) reached.add(spanId);
    if (arrived.length === 0) broken.push(name);
  }
  return broken;
}

/** The same spans, as if the context had been lost at this hop. */
export function without(all: readonly CollectedSpan[], { from, to }: Hop): CollectedSpan[] {
  const names = new Map(all.map(({ spanId, name }) => [spanId, name]));
  const lost = (spanId: string | undefined) => from.test(names.get(spanId ?? '') ?? '');
  return all.map(({ parentSpanId, ...span }) => {
    if (!to.test(span.name.replace(/ \(more links\)$/, ''))) return { ...span, ...(parentSpanId ? { parentSpanId } : {}) };
    const links = span.links.filter(({ spanId }) => !lost(spanId));
    return { ...span, links, ...(parentSpanId && !lost(parentSpanId) ? { parentSpanId } : {}) };
  });
}

/** Spans whose parent nobody has sent. */
export function orphans(all: readonly CollectedSpan[]): string[] {
  const known = new Set(all.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  return all.filter(({ traceId, parentSpanId }) => parentSpanId && !known.has(`${traceId} ${parentSpanId}`)).map(({ name }) => name);
}
