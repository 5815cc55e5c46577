import type { RouteContract } from '@tributary/contracts';

interface Entry {
  segments: string[];
  contract: RouteContract;
}
export interface RouteTable {
  /** The contract that answers this method and path (no query), if any. */
  match(method: string, path: string): RouteContract | undefined;
}

/** Finds contracts by method and path: literal segments before parameters, in the contracts' order. */
export function routeTable(contracts: readonly RouteContract[]): RouteTable {
  const entries = new Map<string, Entry[]>();
  for (const contract of contracts) {
    const segments = contract.path.split('/');
    const key = `${contract.method} ${segments.length}`;
    entries.set(key, [...(entries.get(key) ?? []), { segments, contract }]);
  }
  return {
    match(method, path) {
      const segments = path.split('/');
      return entries.get(`${method.toLowerCase()} ${segments.length}`)?.find((entry) => fits(entry.segments, segments))?.contract;
    },
  };
}

const fits = (pattern: readonly string[], path: readonly string[]) =>
  pattern.every((segment, index) => (segment.startsWith(':') ? path[index] !== '' : segment === path[index]));
