import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createVault, ephemeralKeys, everything } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { composeNotes } from './notes/notes.js';

let notes: TestService<undefined>;
beforeAll(async () => {
  notes = await startTestService(composeNotes);
});
afterAll(() => notes.stop());

test("what is sealed opens for its subject until the subject's key is destroyed, and then never again", async () => {
  const vault = createVault(ephemeralKeys());
  await notes.db.tx(everything, async (tx) => {
    const [first, second] = [await vault.seal(tx, 'ptr_1', 'iban 1'), await vault.seal(tx, 'ptr_1', 'iban 2')];
    expect(await vault.open(tx, 'ptr_1', first)).toBe('iban 1');
    expect(await vault.open(tx, 'ptr_1', second)).toBe('iban 2');
    await vault.seal(tx, 'ptr_2', 'other');
    await expect(vault.open(tx, 'ptr_2', first)).rejects.toThrow();
    await vault.forget(tx, 'ptr_1');
    expect(await vault.open(tx, 'ptr_1', first)).toBeUndefined();
    const again = await vault.seal(tx, 'ptr_1', 'new');
    await expect(vault.open(tx, 'ptr_1', first)).rejects.toThrow();
    expect(await vault.open(tx, 'ptr_1', again)).toBe('new');
  });
});
