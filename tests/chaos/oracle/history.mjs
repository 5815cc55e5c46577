import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * What the client attempted and what it was told.
 * attempted: event by brand and id; told: the answers to each of them; made: what was created, by kind; deals: their terms.
 */
export async function readHistory(file) {
  const history = { attempted: new Map(), told: new Map(), made: [], deals: [], attemptedBodies: [], unanswered: 0 };
  const open = new Map();
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const entry = JSON.parse(line);
    if (entry.type === 'invoke' && entry.attempt === 1) {
      open.set(entry.call, entry);
      for (const event of entry.events ?? []) history.attempted.set(keyOf(event), event);
      if (entry.body) history.attemptedBodies.push({ op: entry.op, body: entry.body });
    }
    if (entry.type === 'ok' || (entry.type === 'fail' && entry.answer)) finish(history, open.get(entry.call), entry);
    if (entry.type === 'ok' || (entry.type === 'fail' && entry.answer)) open.delete(entry.call);
  }
  history.unanswered = open.size;
  return history;
}

export const keyOf = ({ brandId, eventId }) => `${brandId} ${eventId}`;

function finish(history, asked, entry) {
  const answers = entry.type === 'ok' ? entry.answer : [['rejected', entry.answer.code]];
  (asked.events ?? []).forEach((event, index) => {
    const [outcome, what] = answers[index];
    const key = keyOf(event);
    if (!history.told.has(key)) history.told.set(key, []);
    history.told.get(key).push({ outcome, what });
  });
  if (entry.type !== 'ok' || asked.events) return;
  if (asked.body) history.made.push({ op: asked.op, id: entry.answer?.id, body: asked.body });
  if (asked.op === 'deal') history.deals.push({ partnerId: asked.partnerId, brandId: asked.brandId, terms: asked.body.terms });
}
