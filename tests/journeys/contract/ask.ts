import { problem, type RouteContract, routeContracts } from '@tributary/contracts';
import type { Answer, Client } from '../client.js';
import type { Sample } from './samples.js';

export const contractOf = (id: string): RouteContract => {
  const found = routeContracts.find((contract) => contract.id === id);
  if (!found) throw new Error(`there is no route ${id}`);
  return found;
};

/** The address of a request: parameters filled in, query appended. */
export function addressOf(contract: RouteContract, { params = {}, query = {} }: Sample): string {
  const path = contract.path.replaceAll(/:(\w+)/g, (_match, name: string) => params[name] ?? `no-${name}`);
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}

export const ask = (by: Client, contract: RouteContract, sample: Sample): Promise<Answer> =>
  by.call(contract.method.toUpperCase(), addressOf(contract, sample), sample.body, sample.headers);

/** What is wrong with an answer; undefined when it keeps to its contract: success of the declared shape, or problem details, never a 5xx. */
export function faultOf(contract: RouteContract, answer: Answer): string | undefined {
  const shown = `${answer.status} ${answer.text.slice(0, 300)}`;
  if (answer.status >= 500) return `broke: ${shown}`;
  if (answer.status >= 400) return faultOfProblem(answer, shown);
  const schema = contract.responses[answer.status] ?? (contract.dryRun && answer.status === 200 ? successOf(contract) : undefined);
  if (!schema) return `answered an undeclared ${shown}`;
  if (contract.produces || answer.status === 302) return undefined;
  const parsed = schema.safeParse(answer.json);
  return parsed.success ? undefined : `answered another shape: ${parsed.error.message.slice(0, 300)}`;
}

function faultOfProblem(answer: Answer, shown: string): string | undefined {
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return `is no problem+json: ${shown}`;
  const parsed = problem.safeParse(answer.json);
  if (!parsed.success) return `is no problem details: ${shown}`;
  return answer.json.status === answer.status ? undefined : `says another status than it has: ${shown}`;
}

const successOf = (contract: RouteContract) => Object.entries(contract.responses).find(([status]) => Number(status) < 300)?.[1];

/** The status of success that a contract declares (the only status of those that always refuse). */
export const successStatusOf = (contract: RouteContract): number => Math.min(...Object.keys(contract.responses).map(Number));
