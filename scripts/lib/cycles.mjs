// Finds circles in a graph of imports.

/**
 * The first circle met from each module that is in one, each circle once.
 * @param {Map<string, string[]>} graph module -> what it imports
 * @returns {string[][]} the modules of each circle, in the order of their imports
 */
export function findCircles(graph) {
  const circles = [];
  const done = new Set();
  const trail = [];
  const follow = (module) => {
    const at = trail.indexOf(module);
    if (at >= 0) circles.push(trail.slice(at));
    if (at >= 0 || done.has(module)) return;
    trail.push(module);
    for (const next of graph.get(module) ?? []) follow(next);
    trail.pop();
    done.add(module);
  };
  for (const module of graph.keys()) follow(module);
  return circles;
}
