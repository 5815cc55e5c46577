/** Whether a .dockerignore leaves a file out. Understands names, paths, `*` and a leading `**`; no exceptions (`!`). */
export function ignores(text) {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      if (line.startsWith('!')) throw new Error(`exceptions are not understood: ${line}`);
      const anywhere = line.startsWith('**/');
      const body = (anywhere ? line.slice(3) : line).replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]*');
      return new RegExp(`^${anywhere ? '(.*/)?' : ''}${body}(/|$)`);
    });
  return (file) => patterns.some((pattern) => pattern.test(file));
}
