import { describe, expect, it } from 'vitest';
import { cleanEvent } from '../../src/app/clean-store.ts';
import { knownSecrets } from '../../src/app/known-secrets.ts';
import type { NewEvent } from '../../src/core/event.ts';

const SECRET = 'a-value-that-is-known-4711';
const LOOKS = `ghp_${'aB3dE5gH7jK9mN2pQ4rS6tU8vW'.repeat(2).slice(0, 36)}`;
const known = knownSecrets([{ name: 'K', value: SECRET }]);
const stored = (event: NewEvent): string => JSON.stringify(cleanEvent(event, known));

describe('the gate before the journal', () => {
  it('takes known secrets out of every text of an event, names of fields included', () => {
    const event: NewEvent = {
      type: 'tool.started',
      task: `T-${SECRET}`,
      call_id: 'c1',
      name: 'run_command',
      input: {
        [SECRET]: [{ deep: Buffer.from(SECRET).toString('base64') }],
        command: `echo ${SECRET}`,
        n: 4711,
        no: null,
      },
    };
    const kept = stored(event);
    expect(kept).not.toContain(SECRET);
    expect(kept).not.toContain(Buffer.from(SECRET).toString('base64'));
    expect(JSON.parse(kept)).toMatchObject({ call_id: 'c1', input: { n: 4711, no: null } });
  });

  it('takes what looks like a secret out of what was said, and leaves ids, hashes and signed parts alone', () => {
    const base = { task: 'T1', model: 'm', location: 'local', try: 1, call: 1 } as const;
    const reply: NewEvent = {
      ...{ type: 'model.replied', ...base, role: 'coder', usd: 0, ms: 1, tokens: { in: 1, out: 1, cached: 0 } },
      text: `It is ${LOOKS}.`,
      calls: [{ id: LOOKS, name: 'note', input: { text: LOOKS } }],
      opaque: { signature: LOOKS },
    };
    expect(JSON.parse(stored(reply))).toMatchObject({
      text: 'It is [redacted:looks-like-github-token].',
      calls: [{ id: LOOKS, input: { text: '[redacted:looks-like-github-token]' } }],
      opaque: { signature: LOOKS },
    });
    const certified = { type: 'proof.certified', task: 'T1', ref: 'x', certificate: { digest: LOOKS, text: LOOKS } };
    expect(stored(certified as unknown as NewEvent)).toBe(JSON.stringify(certified));
  });

  it('knows a secret from the moment it is added', () => {
    const later = knownSecrets([]);
    expect(later.keep(SECRET)).toBe(SECRET);
    later.add({ name: 'LATER', value: SECRET });
    expect(later.keep(`x ${SECRET}`)).toBe('x [redacted:LATER]');
    expect(later.clean(`\u001b[31m${SECRET}\u001b[0m\u0000`)).toBe('[redacted:LATER]');
  });
});
