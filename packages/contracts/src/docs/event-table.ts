import { catalogue } from '../catalogue.js';
import { type EventDefinition, serviceNames } from '../define-event.js';

const heading = `# Events

Generated from the catalogue in \`packages/contracts\` by \`npm run docs\`; do not edit. The full schemas stand in
\`docs/reference/asyncapi.json\`, one JSON Schema per version in \`packages/contracts/snapshots\`, examples in
\`packages/contracts/samples\`.

Every event travels in the same envelope (CloudEvents 1.0) over the exchange \`tributary.events\`, routing key = type, into
the queue \`<service>.<lane>\` of each consumer. A **fact** is immutable; of **snapshots** of one subject the highest
sequence holds. Lane \`facts\` carries the volume, lane \`control\` what must not wait behind it. Audit archives everything.
`;

/** The events as a readable table, one section per producer (docs/events.md). */
export function eventTable(): string {
  const definitions = [...catalogue.values()];
  const sections = serviceNames.flatMap((service) => {
    const own = definitions.filter(({ producer }) => producer === service);
    return own.length === 0 ? [] : [section(service, own)];
  });
  return `${[heading, ...sections].join('\n')}`;
}

function section(service: string, definitions: readonly EventDefinition[]): string {
  const rows = definitions.map(
    ({ type, kind, lane, consumers, summary }) => `| \`${type}\` | ${kind} | ${lane} | ${consumers.join(', ')} | ${summary} |`,
  );
  return `## ${service}\n\n| type | kind | lane | consumers | summary |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}
