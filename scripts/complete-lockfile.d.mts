// Types of complete-lockfile.mjs, for its test.

export function missingOptionalPackages(lock: {
  packages: Record<string, { optionalDependencies?: Record<string, string>; dev?: boolean }>;
}): {
  name: string;
  range: string;
  parent: string;
}[];
