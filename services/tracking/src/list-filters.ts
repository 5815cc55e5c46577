/** The filters that were given, without those that were not. */
export function given<T extends object>(filters: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** From, inclusive, to, exclusive; undefined when neither was given. */
export function between(from: string | undefined, to: string | undefined): { gte?: Date; lt?: Date } | undefined {
  if (from === undefined && to === undefined) return undefined;
  return given({ gte: from === undefined ? undefined : new Date(from), lt: to === undefined ? undefined : new Date(to) });
}
