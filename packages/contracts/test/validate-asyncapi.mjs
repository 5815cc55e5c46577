import { readFileSync } from 'node:fs';
// Reads an AsyncAPI document from stdin and prints the parser's diagnostics. A process of its own: the parser is
// CommonJS with a large tree of its own, which Jest's module registry would load again for every test file.
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(0, 'utf8'));
process.stdout.write(
  JSON.stringify({
    channels: document?.channels().length ?? 0,
    operations: document?.operations().length ?? 0,
    diagnostics: diagnostics.map(({ code, message, path, severity }) => ({ code, message, path: path.join('/'), severity })),
  }),
);
