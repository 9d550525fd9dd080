import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksSecret, maskSecrets, SECRET_SHAPES } from '../../src/core/secret-shapes.ts';

const letters = (length: number, from = 'aB3dE5gH7jK9mN2pQ4rS6tU8vW'): string =>
  Array.from({ length }, (_, place) => from[(place * 7) % from.length]).join('');

/** One of each, put together here so that no scanner of repositories finds a key in this file. */
const KEYS: Readonly<Record<string, string>> = {
  'aws-key': `AKIA${'Q3EGRT5FV7HYCX2L'}`,
  'github-token': `ghp_${letters(36)}`,
  'gitlab-token': `glpat-${letters(20)}`,
  'anthropic-key': `sk-ant-api03-${letters(95)}`,
  'openai-key': `sk-proj-${letters(60)}`,
  'slack-token': `xoxb-${'123456789012'}-${letters(24)}`,
  'google-key': `AIza${letters(35)}`,
  'stripe-key': `sk_live_${letters(24)}`,
  'npm-token': `npm_${letters(36)}`,
  'huggingface-token': `hf_${letters(34, 'abcdefghijKLMNOPqrstuvWXYZ')}`,
  jwt: `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`,
  'private-key': `-----BEGIN OPENSSH PRIVATE KEY-----\n${letters(300)}\n-----END OPENSSH PRIVATE KEY-----`,
};

describe('what looks like a secret', () => {
  it('has an example of every shape here', () => {
    expect(Object.keys(KEYS).sort()).toEqual(SECRET_SHAPES.map(({ name }) => name).sort());
  });

  it.each(Object.entries(KEYS))('%s is found in the middle of a text and replaced whole', (name, key) => {
    expect(maskSecrets(`before "${key}" after`)).toBe(`before "[redacted:looks-like-${name}]" after`);
  });

  it.each([
    ['api_key = "Zk3pQ9vX1mT7bR5nY2wL"', 'api_key = "[redacted:looks-like-assigned-secret]"'],
    ['export DEPLOY_TOKEN=Zk3pQ9vX1mT7bR5nY2wL', 'export DEPLOY_TOKEN=[redacted:looks-like-assigned-secret]'],
    ['{"clientSecret": "Zk3pQ9vX1mT7bR5nY2wL"}', '{"clientSecret": "[redacted:looks-like-assigned-secret]"}'],
    ['password: Zk3pQ9vX1mT7bR5nY2wL', 'password: [redacted:looks-like-assigned-secret]'],
    [
      '//registry.npmjs.org/:_authToken=Zk3pQ9vX1mT7bR5nY2wL',
      '//registry.npmjs.org/:_authToken=[redacted:looks-like-assigned-secret]',
    ],
    ['postgres://app:Zk3pQ9vX1mT7bR5nY2wL@db/x', 'postgres://app:[redacted:looks-like-url-password]@db/x'],
  ])('a random value with a name that says so: %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    ['a commit', 'commit 3ef4247a1b2c3d4e5f60718293a4b5c6d7e8f901'],
    ['a commit as a token', 'token: 3ef4247a1b2c3d4e5f60718293a4b5c6d7e8f901'],
    ['a UUID', 'secret_id: 7d444840-9dc0-11d1-b245-5ffdce74fad2'],
    [
      'integrity of a lock file',
      '"integrity": "sha512-Zk3pQ9vX1mT7bR5nY2wLZk3pQ9vX1mT7bR5nY2wLZk3pQ9vX1mT7bR5nY2wLAA=="',
    ],
    ['an image', 'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"'],
    ['our own ids', 'run 01KAJ3X9Z4Q7 claim 01kaj3x9z4q7m2p5'],
    ['a variable', 'const token = process.env.GITHUB_TOKEN;'],
    ['a call', 'const apiKey = readSecretFromKeychain("service");'],
    ['a place', 'password: file:/home/me/.config/llmclis/key1'],
    ['words', 'token: the-Word-2-that-Ends-the-Line'],
    ['an example', 'api_key: sk-ant-api03-EXAMPLEEXAMPLEEXAMPLE1'],
    ['a template', `password=$${'{DATABASE_Password12}'}`],
  ])('%s passes', (_, text) => {
    expect(looksSecret(text)).toEqual([]);
  });

  it('leaves a text without any as it is, and finds the same in whatever is around it', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 20 }), fc.constantFrom(...Object.values(KEYS)), (words, key) => {
        expect(maskSecrets(words)).toBe(words);
        expect(maskSecrets(`${words} ${key} ${words}`)).not.toContain(key);
      }),
      { numRuns: 50 },
    );
  });

  it('is quick on long lines of anything', () => {
    for (const line of [
      'a'.repeat(200_000),
      'api_key'.repeat(20_000),
      `token=${'A1b'.repeat(60_000)}`,
      '-----BEGIN PRIVATE KEY-----'.repeat(3_000),
    ])
      expect(maskSecrets(line).length).toBeGreaterThan(0);
  });

  it('finds nothing in our own sources', () => {
    const root = join(import.meta.dirname, '../../src');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(path => /\.tsx?$/.test(path));
    const found = files.flatMap(path =>
      looksSecret(readFileSync(join(root, path), 'utf8')).map(({ name }) => `${path} ${name}`),
    );
    expect(files.length).toBeGreaterThan(300);
    expect(found).toEqual([]);
  });
});
