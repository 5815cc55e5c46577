// Node asks here what a module is. '@jest/globals' refuses to load outside Jest, and so is ours; and a module that is loaded anew
// (`?load=2`) loads all that it imports of its package anew, since Node never forgets a module.

const globals = new URL('./jest-globals.mjs', import.meta.url).href;

export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: globals, format: 'module', shortCircuit: true };
  const [parent, load] = (context.parentURL ?? '').split('?load=');
  const found = await next(specifier, { ...context, parentURL: parent || undefined });
  const own = load !== undefined && specifier.startsWith('.') && found.url.startsWith('file:');
  return own ? { ...found, url: `${found.url}?load=${load}` } : found;
}

const sources = new Map();

/** What was read and stripped of its types once is not again. */
export async function load(url, context, next) {
  const [file, again] = url.split('?load=');
  if (again === undefined) return next(url, context);
  if (!sources.has(file)) sources.set(file, await next(file, context));
  return { ...sources.get(file), shortCircuit: true };
}
