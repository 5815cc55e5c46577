/**
 * Waits until the probe returns something truthy and returns that. A probe that throws is asked again, so it may hold assertions.
 * @throws after `timeoutMs`, naming what was waited for and the probe's last failure.
 */
export async function eventually<T>(what: string, probe: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 1.5, 100)) {
    let failure: unknown = 'it was not so';
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`, { cause: failure });
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
