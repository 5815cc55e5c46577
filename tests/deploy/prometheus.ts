/** What an expression asks for: metrics, each with the labels that its matchers name, and the labels that it groups by. */
export interface Asked {
  metrics: { name: string; labels: string[] }[];
  groupedBy: string[];
}

const words = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'and', 'or', 'unless', 'bool', 'offset']);

/** Reads the few forms of PromQL that dashboards and alerts use. */
export function readExpression(expression: string): Asked {
  const bare = expression.replace(/"[^"]*"/g, '""');
  const groupedBy = [...bare.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
  const rest = bare.replace(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ').replace(/\[[^\]]*\]/g, ' ');
  const metrics = [...rest.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(\s*\()?/g)]
    .filter(([, name = '', , call]) => call === undefined && !words.has(name))
    .map(([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
  return { metrics, groupedBy };
}

export type Scrape = Map<string, { labels: Record<string, string>; value: number }[]>;

/** The samples of a Prometheus text exposition, by metric. */
export function readScrape(text: string): Scrape {
  const found: Scrape = new Map();
  for (const line of text.split('\n')) {
    const [, name = '', inside = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === '') continue;
    const labels = Object.fromEntries([...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text = '']) => [label, text]));
    found.set(name, [...(found.get(name) ?? []), { labels, value: Number(value) }]);
  }
  return found;
}
