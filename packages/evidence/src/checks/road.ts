import { canonicalJson, chargesOfPayout } from '@tributary/contracts';
import { missingHops } from '../complete.js';
import type { Archived } from '../format.js';
import { attributionIn, isCorrection, type Story } from '../story.js';
import { type Check, type Context, clearlyBefore, clockSkewMs } from './context.js';

/** No hop between deal and settlement is missing. */
export const checkComplete: Check = ({ story, againstKind }) => {
  for (const hop of missingHops(story)) againstKind('header', `the evidence lacks the ${hop}`);
};

/** Each attribution is what the deciding event says. Whether an entry is of who earned it, the fold of its conversion says. */
export const checkAttribution: Check = ({ story, records, againstKind }) => {
  const stated = new Map(
    records.filter(({ kind }) => kind === 'attribution').map(({ body }) => [(body as Stated).conversionId, body as Stated]),
  );
  for (const conversionId of story.conversions.keys()) {
    const decided = attributionIn(story, conversionId)?.event;
    const { partnerId, unattributedReason, attribution } = decided?.data ?? {};
    const expected = { conversionId, eventId: decided?.id, partnerId, unattributedReason, attribution };
    const statement = stated.get(conversionId);
    if (statement === undefined) againstKind('header', `the evidence lacks the attribution of conversion ${conversionId}`);
    else if (canonicalJson(statement) !== canonicalJson(expected))
      againstKind('attribution', `is not what was decided on conversion ${conversionId}`, conversionId);
  }
};

interface Stated {
  conversionId: string;
}

/** The lines are the payout: their sum, their entries, one partner, brand and currency. */
export const checkPayout: Check = ({ story, against }) => {
  const [first] = story.parts;
  if (first === undefined) return;
  const { amount, partnerId, brandId, currency, runId } = first.event.data;
  const charges = chargesOfPayout(first.event.data);
  const sum = story.lines.reduce((total, line) => total + BigInt(line.amount), 0n);
  const charged = charges.reduce((total, charge) => total + BigInt(charge.amount), 0n);
  if (sum + charged !== BigInt(amount))
    against(first, `its lines sum to ${sum}, and it pays ${amount}${charged === 0n ? '' : ` with charges of ${charged}`}`);
  for (const part of story.parts) {
    const { data } = part.event;
    if (
      data.amount !== amount ||
      canonicalJson(chargesOfPayout(data)) !== canonicalJson(charges) ||
      data.partnerId !== partnerId ||
      data.brandId !== brandId ||
      data.currency !== currency ||
      data.runId !== runId
    ) {
      against(part, 'says otherwise than the first part of the payout');
    }
    for (const line of data.lines) for (const what of flawsOfLine(story, part, line)) against(part, what);
  }
  if (new Set(story.lines.map((line) => `${line.entryId} ${line.amount}`)).size !== story.lines.length)
    against(first, 'pays an entry twice');
};

function flawsOfLine(story: Story, part: Archived<'payouts.payout.created.v1'>, line: Story['lines'][number]): string[] {
  const entry = story.entries.get(line.entryId)?.event.data;
  if (entry === undefined) return [];
  const { partnerId, brandId, currency } = part.event.data;
  const flaws: string[] = [];
  if (entry.amount !== line.amount && !isCorrection(story, line))
    flaws.push(`pays ${line.amount} for entry ${line.entryId}, which is ${entry.amount}`);
  if (entry.partnerId !== partnerId || entry.brandId !== brandId || entry.currency !== currency)
    flaws.push(`pays entry ${line.entryId} of another partner, brand or currency`);
  return flaws;
}

/** Each paid entry was approved when the run was sealed, and not by its maker. */
export const checkApprovals: Check = (context) => {
  for (const line of context.story.lines) {
    const entry = context.story.entries.get(line.entryId)?.event.data;
    if (entry) checkDecisions(context, line, entry);
  }
};

function checkDecisions({ story, against, againstKind }: Context, line: Story['lines'][number], entry: Entry): void {
  const sealedAt = Date.parse(story.seal?.event.data.sealedAt ?? '');
  const decisions = story.decisions.get(line.entryId) ?? [];
  for (const decision of decisions) for (const what of flawsOfDecision(decision, entry)) against(decision, what);
  // Within what the two clocks may differ it is open which decision was in force: any of those may have been.
  const until = (instant: number) => decisions.filter(({ event }) => Date.parse(event.data.decidedAt) <= instant);
  const [surely, perhaps] = [until(sealedAt - clockSkewMs), until(sealedAt + clockSkewMs)];
  const inForce = perhaps.slice(Math.max(0, surely.length - 1));
  if (inForce.some(({ event }) => event.type === approved) || isCorrection(story, line)) return;
  const decided = inForce.at(-1) ?? decisions[0];
  if (decided) against(decided, `entry ${line.entryId} was not approved when the run was sealed`);
  else againstKind('header', `the evidence lacks a decision on entry ${line.entryId}`);
}

const approved = 'approvals.commission.approved.v1';
type Decision = NonNullable<ReturnType<Story['decisions']['get']>>[number];
type Entry = NonNullable<ReturnType<Story['entries']['get']>>['event']['data'];

function flawsOfDecision({ event }: Decision, entry: Entry): string[] {
  const { data, type } = event;
  const flaws: string[] = [];
  const same = data.amount === entry.amount && data.currency === entry.currency && data.partnerId === entry.partnerId;
  if (!same) flaws.push(`decides on ${data.amount} ${data.currency}, and entry ${entry.entryId} is ${entry.amount} ${entry.currency}`);
  if (type === approved && !data.automatic && data.decidedBy === entry.dealAuthorId) flaws.push(`${data.decidedBy} made what it approves`);
  if (type === approved && data.automatic && entry.reason === 'adjustment') flaws.push('approves by itself what was made by hand');
  return flaws;
}

/** The run was sealed by a second person, cleared with exactly that content, and only then sent. */
export const checkRun: Check = (context) => {
  const { seal, clearance } = context.story;
  if (seal === undefined || clearance === undefined) return;
  const sealed = seal.event.data;
  if (!sealed.payoutIds.includes(context.story.payoutId))
    context.against(seal, `payout ${context.story.payoutId} is not in the sealed run`);
  if (sealed.builtBy === sealed.approvedBy) context.against(seal, `${sealed.builtBy} built the run and approved it`);
  const { approvals = [{ approvedBy: sealed.approvedBy }] } = sealed;
  if (new Set([sealed.builtBy, ...approvals.map(({ approvedBy }) => approvedBy)]).size <= approvals.length)
    context.against(seal, 'one person stands for two of who built the run and who approved its stages');
  if (approvals.at(-1)?.approvedBy !== sealed.approvedBy) context.against(seal, 'was not sealed by who approved the last stage');
  if (clearlyBefore(clearance.event.data.clearedAt, sealed.sealedAt)) context.against(clearance, 'was given before the run was sealed');
  if (clearance.event.data.contentHash !== sealed.contentHash) context.against(clearance, 'clears other content than was sealed');
  checkSteps(context, sealed.contentHash, clearance.event.data.clearedAt);
};

/** Everything done with the rail moved this payout, with the cleared content, after the clearance, under one key. */
function checkSteps({ story: { steps, parts }, against }: Context, contentHash: string, clearedAt: string): void {
  const payout = parts[0]?.event.data;
  for (const step of steps) {
    const { data } = step.event;
    if (data.contentHash !== contentHash) against(step, 'has other content than was sealed');
    if (
      data.amount !== payout?.amount ||
      data.currency !== payout.currency ||
      data.partnerId !== payout.partnerId ||
      data.runId !== payout.runId
    ) {
      against(step, `moves ${data.amount} ${data.currency}, and the payout is ${payout?.amount} ${payout?.currency}`);
    }
    if (clearlyBefore(data.at, clearedAt)) against(step, 'happened before the run was cleared');
    if (data.railKey !== steps[0]?.event.data.railKey) against(step, 'names another key of the rail: the payout may have been sent twice');
  }
}

/** Every ledger transaction sums to zero; entries were accrued, and the payout was paid, with their amounts. */
export const checkLedger: Check = ({ story, against }) => {
  const sums = new Map<string, bigint>();
  for (const posting of story.postings) {
    const { data } = posting.event;
    const total = data.legs.reduce((sum, leg) => sum + BigInt(leg.amount), 0n);
    if (total !== 0n) against(posting, `its legs sum to ${total}, not to zero`);
    if (data.currency !== story.parts[0]?.event.data.currency) against(posting, 'is in another currency than the payout');
    for (const leg of data.legs) {
      const key = `${data.payoutId ?? data.entryId} ${leg.account}`;
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(leg.amount));
    }
  }
  for (const entryId of new Set(story.lines.map((line) => line.entryId))) {
    const entry = story.entries.get(entryId);
    const accrued = sums.get(`${entryId} brand-expense`);
    if (entry && accrued !== undefined && accrued !== -BigInt(entry.event.data.amount))
      against(entry, `is ${entry.event.data.amount}, and the ledger accrued ${-accrued}`);
  }
  const [payout] = story.parts;
  const paid = story.postings
    .filter(({ event }) => event.data.payoutId === story.payoutId)
    .flatMap(({ event }) => event.data.legs.filter((leg) => leg.account === 'paid' && leg.amount > 0));
  const total = paid.reduce((sum, leg) => sum + BigInt(leg.amount), 0n);
  if (payout && paid.length > 0 && total !== BigInt(payout.event.data.amount))
    against(payout, `pays ${payout.event.data.amount}, and the ledger settled ${total}`);
};
