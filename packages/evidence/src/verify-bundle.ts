import { checkAmounts } from './checks/amounts.js';
import { checkChain } from './checks/chain.js';
import { checkCircumstances } from './checks/circumstances.js';
import type { Check, Context } from './checks/context.js';
import { checkMonths } from './checks/months.js';
import { checkApprovals, checkAttribution, checkComplete, checkLedger, checkPayout, checkRun } from './checks/road.js';
import type { ArchivedEvent, EvidenceRecord } from './format.js';
import { groupBy } from './group-by.js';
import type { Problem } from './problem.js';
import { eventsOf, type ReadBundle, readBundle, readPublicKey } from './read-bundle.js';
import { type Story, storyOf } from './story.js';

export interface Verification {
  holds: boolean;
  /** In the order of lines: the first is the first broken record. */
  problems: Problem[];
  warnings: string[];
  /** What the evidence states and does not prove by itself. */
  notes: string[];
  payoutId: string | null;
  amount: number | null;
  currency: string | null;
  /** Records by kind. */
  records: Record<string, number>;
  keyId: string | null;
  root: string | null;
}

export interface VerifyOptions {
  /** PEM of the public key that the signature must be of. Without one the key inside the bundle is used, and warned about. */
  publicKey?: string;
}

const checks: readonly Check[] = [
  checkChain,
  checkComplete,
  checkAmounts,
  checkCircumstances,
  checkMonths,
  checkAttribution,
  checkApprovals,
  checkPayout,
  checkRun,
  checkLedger,
];

/**
 * Verifies an evidence bundle with nothing but its own bytes: hashes, order, root and signature first, then what it says: the chain,
 * every amount by the fold, approvals, sums, seal and clearance, ledger. Never throws for whatever the bytes are.
 * @throws TypeError when the given key is no Ed25519 public key.
 */
export function verifyBundle(content: Uint8Array, options: VerifyOptions = {}): Verification {
  const bundle = readBundle(content);
  const problems = [...bundle.problems, ...foreignKey(bundle, options.publicKey)];
  const warnings =
    options.publicKey === undefined
      ? [
          "only the key inside the bundle was used: it proves that nothing was changed since, not who signed. Give the operator's key with --key",
        ]
      : [];
  const header = bundle.records.find(({ kind }) => kind === 'header')?.body as { payoutId: string } | undefined;
  // What was changed is not interpreted: every further finding would only be noise.
  const read = problems.length > 0 ? undefined : readMeaning(bundle.records);
  problems.push(...(read?.problems ?? []));
  const payout = read?.story.parts[0]?.event.data;
  const counted = [...groupBy(bundle.records, ({ kind }) => kind)].map(([kind, found]) => [kind, found.length] as const);
  return {
    holds: problems.length === 0,
    problems: problems.sort((a, b) => a.line - b.line),
    warnings,
    notes: read?.notes ?? [],
    payoutId: header?.payoutId ?? null,
    amount: payout?.amount ?? null,
    currency: payout?.currency ?? null,
    records: Object.fromEntries(counted),
    keyId: bundle.signature?.body.keyId ?? null,
    root: bundle.signature?.body.root ?? null,
  };
}

/** What of a bundle's records does not hold, by the verifier's own rules: to be asked before they are signed. */
export const checkRecords = (records: readonly EvidenceRecord[]): Problem[] =>
  readMeaning(records.map(({ kind, body }, number) => ({ kind, body, number, hash: '', line: number + 1 }))).problems;

interface Meaning {
  story: Story;
  problems: Problem[];
  notes: string[];
}

function readMeaning(records: ReadBundle['records']): Meaning {
  const header = records.find(({ kind }) => kind === 'header')?.body as { payoutId: string } | undefined;
  const { archived, problems } = eventsOf(records);
  const story = storyOf(header?.payoutId ?? '', [...archived.keys()]);
  return problems.length > 0 ? { story, problems, notes: [] } : { story, ...meaningOf(records, archived, story) };
}

function foreignKey({ signature }: ReadBundle, pem: string | undefined): Problem[] {
  if (pem === undefined) return [];
  const wanted = readPublicKey(pem);
  if (wanted === undefined) throw new TypeError('the given key is no Ed25519 public key in PEM');
  if (signature === undefined) return [];
  const used = readPublicKey(signature.body.publicKey);
  if (used?.equals(wanted)) return [];
  return [{ line: signature.line, kind: 'signature', what: `was made with another key (${signature.body.keyId}) than the given one` }];
}

function meaningOf(records: ReadBundle['records'], archived: Map<ArchivedEvent, number>, story: Story): Omit<Meaning, 'story'> {
  const problems: Problem[] = [];
  const notes = new Set<string>();
  const [header] = records;
  if (header?.kind !== 'header') return { problems: [{ line: 1, kind: header?.kind ?? 'unreadable', what: 'is no header' }], notes: [] };
  const lineOfPart = ({ body }: ReadBundle['records'][number], about: string | undefined): boolean =>
    about === undefined || (body as { entryId?: string }).entryId === about || (body as { conversionId?: string }).conversionId === about;
  const context: Context = {
    story,
    archived: [...archived.keys()],
    records,
    against(event, what) {
      const line = archived.get(event) ?? 1;
      problems.push({ line, kind: records[line - 1]?.kind ?? 'header', what });
    },
    againstKind(kind, what, about) {
      const record = records.find((one) => one.kind === kind && lineOfPart(one, about));
      problems.push({ line: record?.line ?? 1, kind, what });
    },
    note: (what) => notes.add(what),
  };
  for (const check of checks) {
    try {
      check(context);
    } catch (error) {
      problems.push({ line: 1, kind: 'header', what: `${check.name} found content that no record of the platform has (${String(error)})` });
    }
  }
  return { problems, notes: [...notes] };
}
