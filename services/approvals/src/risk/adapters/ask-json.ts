const patienceMs = 1500;
const lengthMost = 10_000;

/** Asks a service about a name. @throws when it does not answer in time, or not with 200 and JSON. */
export async function askJson(url: string, name: string): Promise<unknown> {
  const address = `${url.replace(/\/+$/, '')}/${encodeURIComponent(name)}`;
  const response = await fetch(address, {
    signal: AbortSignal.timeout(patienceMs),
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`answered ${response.status}`);
  }
  const text = await response.text();
  if (text.length > lengthMost) throw new Error('answered too much');
  return JSON.parse(text);
}
