import { createLink, type EventOf, newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { afterCommit, type CommandRequest, command, created, NotYetKnown, type Reply, type Route, reject } from '@tributary/service-kit';
import { customAlphabet } from 'nanoid';
import type { Tracking } from '../tracking.js';
import { showLink } from './show-link.js';

/** No 0, O, 1, l, I: a code may be read out. 55^9 codes, so a clash is news. */
const newCode = customAlphabet('23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ', 9);
/** After this part of the wait for what is not known yet, a missing enrolment is believed to be missing. */
const enrollmentPatience = 0.4;

export const createLinkRoute = (service: Tracking): Route => command(createLink, (request) => makeLink(service, request));

async function makeLink(service: Tracking, request: CommandRequest<typeof createLink>): Promise<Reply> {
  const { body, tx, now, context } = request;
  if (!/^https?:\/\//i.test(body.destinationUrl)) return reject('destination-not-allowed');
  const brand = await findBrand(tx, body.brandId);
  if (!brand) throw new NotYetKnown('brand', body.brandId);
  const programId = body.programId ?? brand.defaultProgramId;
  if (!brand.programIds.includes(programId)) return reject('program-not-of-brand');
  const standing = await findStanding(tx, body.partnerId, body.brandId, programId);
  if (!standing) throw new NotYetKnown('partner', body.partnerId);
  if (standing.enrollment === null) {
    const waitedMs = service.kit.clock.now().getTime() - now.getTime();
    if (waitedMs < service.kit.config.notYetKnownWaitMs * enrollmentPatience) throw new NotYetKnown('enrolment of', body.partnerId);
  }
  if (standing.enrollment !== 'active') return reject('partner-not-enrolled');

  const link = {
    id: newId('link'),
    code: body.code ?? newCode(),
    partnerId: body.partnerId,
    brandId: body.brandId,
    programId,
    destinationUrl: body.destinationUrl,
    subIds: given(body.subIds ?? {}),
    status: 'active' as const,
    createdAt: now,
  };
  if (!(await insertLink(tx, link))) return reject('link-code-taken');
  const { id, subIds, ...rest } = link;
  const data: EventOf<'tracking.link.changed.v1'>['data'] = { ...rest, linkId: id, createdAt: now.toISOString() };
  await service.kit.outbox.append(tx, context, [
    { type: 'tracking.link.changed.v1', subject: id, sequence: 1, partnerId: link.partnerId, brandId: link.brandId, data },
  ]);
  afterCommit(tx, () => service.links.put({ ...rest, linkId: id, subIds, clicksAreEvents: brand.clicksAreEvents }));
  return created(showLink(service.publicUrl, link));
}

const given = (subIds: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(subIds).filter((entry): entry is [string, string] => entry[1] !== undefined));

async function findBrand(tx: Tx, brandId: string) {
  const { rows } = await tx.query<{ defaultProgramId: string; programIds: string[]; clicksAreEvents: boolean }>(
    /* sql */ `
    SELECT default_program_id AS "defaultProgramId", program_ids AS "programIds", clicks_are_events AS "clicksAreEvents"
    FROM brands WHERE brand_id = $1`,
    [brandId],
  );
  return rows[0];
}

/** Undefined while the partner is unknown; the best status of his enrolments there otherwise, null without any. */
async function findStanding(tx: Tx, partnerId: string, brandId: string, programId: string) {
  const { rows } = await tx.query<{ enrollment: string | null }>(
    /* sql */ `
    SELECT (SELECT e.status FROM enrollments e WHERE e.partner_id = p.partner_id AND e.brand_id = $2 AND e.program_id = $3
      ORDER BY e.status = 'active' DESC LIMIT 1) AS enrollment
    FROM partners p WHERE p.partner_id = $1`,
    [partnerId, brandId, programId],
  );
  return rows[0];
}

interface NewLink {
  id: string;
  code: string;
  partnerId: string;
  brandId: string;
  programId: string;
  destinationUrl: string;
  subIds: Record<string, string>;
  status: string;
  createdAt: Date;
}

async function insertLink(tx: Tx, link: NewLink): Promise<boolean> {
  const { rowCount } = await tx.query(
    /* sql */ `
    INSERT INTO links (id, code, partner_id, brand_id, program_id, destination_url, sub_ids, status, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (code) DO NOTHING`,
    [
      link.id,
      link.code,
      link.partnerId,
      link.brandId,
      link.programId,
      link.destinationUrl,
      JSON.stringify(link.subIds),
      link.status,
      link.createdAt,
    ],
  );
  return rowCount === 1;
}
