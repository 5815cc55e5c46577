// Reads TypeScript modules with swc.

import { parseSync } from '@swc/core';

export function parseTypeScript(code) {
  return parseSync(code, { syntax: 'typescript', target: 'es2022' });
}

/** Whether a module imports that specifier only for its types. */
export function importsOnlyTypes(code, specifier) {
  const declarations = parseTypeScript(code).body.filter((node) => node.source?.value === specifier);
  return (
    declarations.length > 0 &&
    declarations.every((node) => node.typeOnly || (node.specifiers.length > 0 && node.specifiers.every((each) => each.isTypeOnly)))
  );
}
