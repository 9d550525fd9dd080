import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReference } from '../../src/core/secret-reference.ts';
import { resolveReference } from '../../src/secrets/resolve.ts';
import { temporaryFolder, writeFiles } from '../support/repository.ts';

const SECRET = 'a-key-that-is-kept-4711';

async function resolve(text: string, place: { env?: Record<string, string>; home?: string; platform?: string } = {}) {
  const reference = readReference(text);
  if (!reference.ok) throw new Error(reference.error.message);
  const { env = {}, home = '/nowhere', platform = 'linux' } = place;
  return resolveReference(reference.value, { env, home, platform });
}

/** A folder with a key store of the system’s own name, which answers as the script says. */
function withTool(script: string): Record<string, string> {
  const folder = temporaryFolder('llmclis-keys-');
  writeFiles(folder, { 'secret-tool': `#!/bin/sh\n${script}\n` });
  chmodSync(join(folder, 'secret-tool'), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin`, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x', NPM_TOKEN: 'not-for-it' };
}

describe('a secret in a file', () => {
  it('is its text alone, from the home too', async () => {
    const home = temporaryFolder('llmclis-home-');
    writeFiles(home, { '.keys/anthropic': `\uFEFF${SECRET}\r\n` });
    chmodSync(join(home, '.keys/anthropic'), 0o600);
    const kept = { ok: true, value: { value: SECRET, warning: null } };
    expect(await resolve('file:~/.keys/anthropic', { home })).toEqual(kept);
    expect(await resolve(`file:${home}/.keys/anthropic`)).toEqual(kept);
  });

  it('that others may read is used, with a warning and the command that closes it', async () => {
    const home = temporaryFolder('llmclis-home-');
    writeFiles(home, { key: SECRET });
    chmodSync(join(home, 'key'), 0o644);
    expect(await resolve('file:~/key', { home })).toEqual({
      ok: true,
      value: { value: SECRET, warning: `Others may read ${home}/key. Close it: chmod 600 ${home}/key` },
    });
  });

  it('that is not there, or empty, is missing; a folder or a text with lines is no key and is not repeated', async () => {
    const home = temporaryFolder('llmclis-home-');
    writeFiles(home, { empty: ' \n', lines: `${SECRET}\nmore`, 'folder/x': '' });
    const missing = { ok: true, value: { value: null } };
    expect(await resolve('file:~/none', { home })).toMatchObject(missing);
    expect(await resolve('file:~/empty/none', { home })).toMatchObject(missing);
    expect(await resolve('file:~/empty', { home })).toMatchObject(missing);
    for (const name of ['lines', 'folder']) {
      const refused = await resolve(`file:~/${name}`, { home });
      expect(refused).toMatchObject({ ok: false, error: { code: 'settings.invalid' } });
      expect(JSON.stringify(refused)).not.toContain(SECRET);
    }
  });
});

describe('a secret in the keychain', () => {
  it('is looked up by service and account, each one word of the command, in the person’s session and with no other key', async () => {
    const env = withTool(`echo "$#|$1|$2|$3|$4|$5|$DBUS_SESSION_BUS_ADDRESS|$NPM_TOKEN" | tr ' ' _`);
    expect(await resolve('keychain:my service; id/$(id)', { env })).toMatchObject({
      value: { value: '5|lookup|service|my_service;_id|account|$(id)|unix:path=/x|' },
    });
    expect(await resolve('keychain:anthropic', { env })).toMatchObject({
      value: { value: '3|lookup|service|anthropic|||unix:path=/x|' },
    });
  });

  it('that it does not have is missing; a keychain that cannot be asked says why', async () => {
    expect(await resolve('keychain:a', { env: withTool('exit 1') })).toMatchObject({
      ok: true,
      value: { value: null },
    });
    expect(await resolve('keychain:a', { env: withTool('echo "Cannot autolaunch D-Bus" >&2; exit 1') })).toMatchObject({
      ok: false,
      error: { code: 'secret.missing', message: expect.stringContaining('Cannot autolaunch D-Bus') },
    });
  });

  it('without the tool, or on a system without one, says what is missing and the next step', async () => {
    expect(await resolve('keychain:a', { env: { PATH: temporaryFolder() } })).toMatchObject({
      error: { code: 'secret.missing', hint: expect.stringContaining('apt-get install libsecret-tools') },
    });
    expect(await resolve('keychain:a', { platform: 'win32' })).toMatchObject({
      error: { code: 'secret.missing', hint: expect.stringContaining('env:NAME') },
    });
  });
});
