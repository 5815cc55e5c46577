import type { Facts, RuleGroup } from '@tributary/rules';
import type { Alternative } from '../types.js';
import type { Effort } from './effort.js';
import { allOf, error, type Finding, noneOf, type Subject, warning } from './finding.js';
import { describeFacts, findFacts, isImpossible } from './witness.js';

/** What every event that a component is asked about has. */
export const factsOf = ({ component, terms }: Pick<Subject, 'component' | 'terms'>): Facts => ({
  kind: component.on,
  ...(terms.licence === undefined ? {} : { licence: terms.licence }),
});

/** What an event must satisfy to reach the component's own rate or an alternative to it. */
export const conditionOf = ({ qualify }: Subject['component']): RuleGroup =>
  allOf(qualify.rule, qualify.minAmount === null ? null : { field: 'amount', operator: '>=', value: qualify.minAmount });

/** Conditions that nothing satisfies, alternatives that never come to their turn, and pairs of which neither goes first. */
export function lintConditions(subject: Subject): Finding[] {
  const { qualify, alternatives } = subject.component;
  if (qualify.rule === null && alternatives.length === 0) return [];
  // What one component leaves is there for the next: whether any of its own searches ended early is asked for each by itself.
  const effort: Effort = { ...subject.effort, isSpent: false };
  const findings = lintWithin({ ...subject, effort });
  subject.effort.left = effort.left;
  if (!effort.isSpent) return findings;
  const message = `The conditions of "${subject.component.name}" are too many to look through: what excludes, hides or overlaps another may not all be found.`;
  return [...findings, warning(subject.at, 'conditions-are-too-many-to-look-through', message)];
}

function lintWithin(subject: Subject): Finding[] {
  const { component, at } = subject;
  if (isCertainlyImpossible(subject, conditionOf(component)))
    return [
      error(
        `${at}/qualify/rule`,
        'component-never-matches',
        `No event of kind ${component.on} satisfies what "${component.name}" asks for.`,
      ),
    ];
  const alternatives = inOrderWritten(subject);
  return [
    ...alternatives.flatMap((alternative, index) => lintAlternative(subject, alternatives, alternative, `${at}/alternatives/${index}`)),
    ...lintOwnRate(subject, alternatives),
  ];
}

// Normal terms have alternatives by priority; pointers count them as they were written.
const inOrderWritten = ({ terms, index }: Subject): readonly Alternative[] => terms.components[index]?.alternatives ?? [];

const isCertainlyImpossible = (subject: Subject, rule: RuleGroup): boolean =>
  isImpossible(rule, subject.fields, factsOf(subject), subject.effort);

function lintAlternative(subject: Subject, all: readonly Alternative[], alternative: Alternative, at: string): Finding[] {
  const { component } = subject;
  const holds = allOf(conditionOf(component), alternative.when);
  if (isCertainlyImpossible(subject, holds))
    return [
      error(
        `${at}/when`,
        'alternative-never-holds',
        `No event that counts for "${component.name}" satisfies alternative "${alternative.name}".`,
      ),
    ];
  const above = all.filter(({ priority }) => priority > alternative.priority);
  if (above.length > 0 && isCertainlyImpossible(subject, allOf(holds, noneOf(above.map(({ when }) => when)))))
    return [error(at, 'alternative-is-unreachable', unreachable(subject, above, alternative, holds))];
  return all
    .slice(0, all.indexOf(alternative))
    .filter(({ priority }) => priority === alternative.priority)
    .flatMap((other) => lintPair(subject, other, alternative, `${at}/priority`));
}

function unreachable(subject: Subject, above: readonly Alternative[], { name, priority }: Alternative, holds: RuleGroup): string {
  const hiding = above.find(({ when }) => isCertainlyImpossible(subject, allOf(holds, noneOf([when]))));
  const what = hiding ? `"${hiding.name}" (priority ${hiding.priority}) holds too` : 'one of higher priority holds too';
  return `Alternative "${name}" (priority ${priority}) is never reached: whenever it holds, ${what}.`;
}

function lintPair(subject: Subject, first: Alternative, second: Alternative, pointer: string): Finding[] {
  const both = allOf(conditionOf(subject.component), first.when, second.when);
  const search = findFacts(both, subject.fields, factsOf(subject), subject.effort);
  if (search.result === 'none' || search.result === 'cut-off') return [];
  const example = search.result === 'found' ? `both hold for ${describeFacts(search.facts, subject.fields, both)}` : 'may hold together';
  const message = `Alternatives "${first.name}" and "${second.name}" have the same priority ${second.priority} and ${example}.`;
  return [error(pointer, 'alternatives-of-equal-priority-overlap', message)];
}

function lintOwnRate(subject: Subject, alternatives: readonly Alternative[]): Finding[] {
  const { component, at } = subject;
  const rest = allOf(conditionOf(component), noneOf(alternatives.map(({ when }) => when)));
  if (alternatives.length === 0 || !isCertainlyImpossible(subject, rest)) return [];
  const field = component.rate === null ? 'amount' : 'rate';
  return [
    warning(
      `${at}/${field}`,
      'own-rate-is-never-used',
      `An alternative of "${component.name}" holds for every event, so its own ${field} is never paid.`,
    ),
  ];
}
