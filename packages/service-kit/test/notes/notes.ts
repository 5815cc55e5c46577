import { defineRoute, ids, newId } from '@tributary/contracts';
import {
  buildService,
  command,
  created,
  decodeIdCursor,
  type Job,
  type Kit,
  NotYetKnown,
  ok,
  page,
  preparedCommand,
  query,
  reject,
  requireVersion,
  type Service,
  type ServiceEnvironment,
} from '@tributary/service-kit';
import { z } from 'zod';

// A whole service in one file, to prove the kit: one projection, three commands, one query, two jobs.

const note = z.strictObject({ id: z.string(), brandId: ids.brand, body: z.string(), version: z.int() });
const noteParams = z.strictObject({ noteId: z.string() });
const base = { service: 'notifications', permission: 'partner:write', tag: 'Notes' } as const;

const addNote = defineRoute({
  ...base,
  id: 'addNote',
  method: 'post',
  path: '/api/v1/notes',
  summary: 'Add',
  idempotent: true,
  dryRun: true,
  body: z.strictObject({ brandId: ids.brand, body: z.string().min(1).max(100) }),
  responses: { 201: note },
});
const changeNote = defineRoute({
  ...base,
  id: 'changeNote',
  method: 'put',
  path: '/api/v1/notes/:noteId',
  summary: 'Change',
  ifMatch: true,
  params: noteParams,
  body: z.strictObject({ body: z.string() }),
  responses: { 200: note },
});
const eraseHistory = defineRoute({
  ...base,
  id: 'eraseHistory',
  method: 'delete',
  path: '/api/v1/notes/:noteId/history',
  summary: 'Must fail',
  params: noteParams,
  responses: {},
});
const listNotes = defineRoute({
  ...base,
  id: 'listNotes',
  method: 'get',
  path: '/api/v1/notes',
  summary: 'List',
  permission: 'partner:read',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().optional(),
    brandId: ids.brand.optional(),
  }),
  responses: {},
});

interface NoteRow {
  id: string;
  brand_id: string;
  body: string;
  version: number;
}
const shown = (row: NoteRow) => ({ id: row.id, brandId: row.brand_id, body: row.body, version: row.version });

/** How often something was asked of others, before the transaction of a command. */
let askedBefore = 0;

function routes(kit: Kit) {
  return [
    preparedCommand(
      addNote,
      async () => ++askedBefore,
      async ({ tx, body, context, now, prepared }) => {
        const { rowCount } = await tx.query('SELECT 1 FROM brand_profile WHERE brand_id = $1', [body.brandId]);
        if (rowCount === 0) throw new NotYetKnown('brand', body.brandId);
        if (body.body === 'forbidden') return reject('reason-required', { errors: [{ pointer: '/body', rule: 'must not be forbidden' }] });
        const { rows } = await tx.query<NoteRow>('INSERT INTO note (id, brand_id, body) VALUES ($1, $2, $3) RETURNING *', [
          newId('case'),
          body.brandId,
          body.body,
        ]);
        const row = rows[0] as NoteRow;
        await tx.query('INSERT INTO note_history VALUES ($1, $2, $3, $4)', [row.id, 'added', now, context.actorId]);
        await kit.jobs.enqueue(tx, 'remind', { noteId: row.id });
        await kit.outbox.append(tx, context, [
          {
            type: 'notifications.message.sent.v1',
            subject: row.id,
            brandId: body.brandId,
            data: { messageId: row.id, partnerId: newId('partner'), template: 'note', about: row.id, sentAt: now.toISOString() },
          },
        ]);
        if (body.body === 'crash') throw new Error('crash after the effect');
        return created(shown(row), { etag: '1', headers: { 'x-asked-before': String(prepared) } });
      },
    ),
    command(changeNote, async ({ tx, params, body, ifMatch }) => {
      const { rows } = await tx.query<NoteRow>('SELECT * FROM note WHERE id = $1 FOR UPDATE', [params.noteId]);
      if (!rows[0]) return reject('not-found');
      requireVersion(ifMatch, rows[0].version);
      const changed = await tx.query<NoteRow>('UPDATE note SET body = $2, version = version + 1 WHERE id = $1 RETURNING *', [
        params.noteId,
        body.body,
      ]);
      const row = changed.rows[0] as NoteRow;
      return ok(shown(row), { etag: String(row.version) });
    }),
    command(eraseHistory, async ({ tx, params }) => ok(await tx.query('DELETE FROM note_history WHERE note_id = $1', [params.noteId]))),
    query(listNotes, async ({ query: asked, scope }) => {
      const rows = await kit.db.tx(
        scope,
        async (tx) =>
          (
            await tx.query<NoteRow>('SELECT * FROM note WHERE id > $1 ORDER BY id LIMIT $2', [
              decodeIdCursor(asked.cursor) ?? '',
              asked.limit + 1,
            ])
          ).rows,
      );
      return ok(page(rows, asked.limit, (row) => row.id, shown));
    }),
  ];
}

function jobs(kit: Kit): Job[] {
  const mark = async (where: string, values: unknown[]) =>
    void (await kit.db.pool.query(`UPDATE note SET reminded_at = $1 WHERE reminded_at IS NULL AND ${where}`, values));
  return [
    { name: 'remind', run: (data, { now }) => mark('id = $2', [now, data['noteId']]) },
    {
      name: 'sweep',
      onClock: true,
      run: async (_data, { now }) =>
        void (await kit.db.pool.query('INSERT INTO note_history VALUES ($1, $2, $3, $4)', ['-', 'swept', now, 'system'])),
    },
  ];
}

export function composeNotes(environment: ServiceEnvironment): Promise<Service<undefined>> {
  return buildService({
    name: 'notifications',
    environment,
    prismaDirectory: new URL('./prisma/', import.meta.url),
    appendOnly: ['note_history'],
    parts: (kit) => ({
      routes: routes(kit),
      subscriptions: {
        'directory.brand.changed.v1': async (tx, events) => {
          for (const { data, sequence = 0 } of events)
            await tx.query(
              'INSERT INTO brand_profile VALUES ($1, $2, $3) ON CONFLICT (brand_id) DO UPDATE SET name = excluded.name, sequence = excluded.sequence WHERE brand_profile.sequence < excluded.sequence',
              [data.brandId, data.name, sequence],
            );
        },
      },
      jobs: jobs(kit),
    }),
  });
}
