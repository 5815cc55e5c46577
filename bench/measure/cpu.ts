import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

interface Stat {
  pid: number;
  parent: number;
  /** Of the process and of those of its children that have ended. */
  seconds: number;
}

/** CPU seconds that each of the named process trees has used. Empty where there is no /proc. */
export function cpuSeconds(roots: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const all = stats();
  const children = new Map<number, Stat[]>();
  for (const stat of all.values()) children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat]);
  const sum = (pid: number): number => {
    const own = all.get(pid);
    return (own?.seconds ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child.pid), 0);
  };
  return Object.fromEntries(Object.entries(roots).map(([name, pid]) => [name, pid === undefined ? 0 : sum(pid)]));
}

/** What was used between two readings. */
export function cpuBetween(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, Math.max(0, seconds - (before[name] ?? 0))]));
}

function stats(): Map<number, Stat> {
  const found = new Map<number, Stat>();
  for (const name of readdirOrNothing('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(Number(name));
    if (stat) found.set(stat.pid, stat);
  }
  return found;
}

function read(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold spaces; fields are counted from behind it: state, parent, ...
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { pid, parent: Number(fields[1]), seconds: ticks / ticksPerSecond };
  } catch {
    return undefined;
  }
}

function readdirOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
