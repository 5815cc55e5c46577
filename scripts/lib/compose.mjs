// Reads docker-compose.yml as Compose does: anchors and merges, then variables in every string.
// ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ are understood, which is all that the file uses; anything else throws.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const variable = /\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::([-?])([^}]*))?\}|(.?))/g;

/** The text with its variables replaced. Throws for a required one that is missing, with its message. */
export function interpolate(text, env) {
  return text.replace(variable, (whole, name, kind, rest, other) => {
    if (whole === '$$') return '$';
    if (name === undefined) throw new Error(`"$${other}" is no variable: write $$ for a dollar sign`);
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '-') return rest;
    throw new Error(kind === '?' ? `${name}: ${rest}` : `${name} has no value`);
  });
}

/** The Compose file of a folder with its variables as written. */
export function readRawCompose(folder) {
  return parse(readFileSync(path.join(folder, 'docker-compose.yml'), 'utf8'), { merge: true });
}

/** The Compose file of a folder with variables filled in from `env`. */
export function readCompose(folder, env) {
  return each(readRawCompose(folder), (text) => interpolate(text, env));
}

/** Names of the variables that the file reads, with whether it insists on them. */
export function variablesOf(folder) {
  const found = new Map();
  each(readRawCompose(folder), (text) => {
    for (const [, name, kind] of text.matchAll(variable)) if (name) found.set(name, found.get(name) || kind === '?');
    return text;
  });
  return [...found].map(([name, required]) => ({ name, required }));
}

function each(value, change) {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => each(one, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, each(one, change)]));
}
