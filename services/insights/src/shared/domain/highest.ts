/** Of several items with one key the one of the highest version, the last of equal ones. */
export function highest<T>(items: readonly T[], keyOf: (item: T) => string, versionOf: (item: T) => number): T[] {
  const found = new Map<string, T>();
  for (const item of items) {
    const other = found.get(keyOf(item));
    if (other === undefined || versionOf(item) >= versionOf(other)) found.set(keyOf(item), item);
  }
  return [...found.values()];
}
