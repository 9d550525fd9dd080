import { describe, expect, it } from 'vitest';
import { howToSet, missingSecret, readReference, referenceText } from '../../src/core/secret-reference.ts';

const read = (text: string) => {
  const result = readReference(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

describe('a reference to a secret', () => {
  it.each([
    ['env:ANTHROPIC_API_KEY', { kind: 'env', name: 'ANTHROPIC_API_KEY' }],
    ['file:~/.config/anthropic key', { kind: 'file', path: '~/.config/anthropic key' }],
    ['file:/run/secrets/key', { kind: 'file', path: '/run/secrets/key' }],
    ['keychain:anthropic', { kind: 'keychain', service: 'anthropic', account: null }],
    ['keychain:llmclis/me@example.com/a', { kind: 'keychain', service: 'llmclis', account: 'me@example.com/a' }],
  ])('%s is read, and written the same', (text, reference) => {
    expect(read(text)).toEqual(reference);
    expect(referenceText(read(text))).toBe(text);
  });

  it.each([
    'sk-ant-api03-secret-value',
    'env:sk-ant-api03-secret-value',
    'env:',
    'file:relative/secret-value',
    'file:/a\nb-secret-value',
    'keychain:-s/secret-value',
    'keychain:a/-w secret-value',
    'keychain:',
    'vault:secret-value',
    '',
  ])('%j is none, and is not repeated', text => {
    const result = readReference(text);
    expect(result).toMatchObject({ ok: false, error: { code: 'settings.invalid' } });
    expect(JSON.stringify(result)).not.toContain('secret-value');
  });

  it.each([
    ['env:KEY', 'linux', 'export KEY=…'],
    ['file:~/it’s here', 'linux', "(umask 077; cat > '~/it’s here')"],
    ['keychain:a b/c', 'linux', "secret-tool store --label=llmclis service 'a b' account c"],
    ['keychain:a/c', 'darwin', 'security add-generic-password -s a -a c -w'],
    ['keychain:a', 'darwin', 'security add-generic-password -s a -a a -w'],
  ])('%s on %s is set by %s', (text, platform, command) => {
    expect(howToSet(read(text), platform)).toBe(command);
    expect(missingSecret(read(text), 'anthropic', platform)).toMatchObject({
      code: 'secret.missing',
      message: expect.stringContaining(text),
      hint: expect.stringContaining(command),
    });
  });
});
