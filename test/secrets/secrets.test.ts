import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childEnvironment, redactor, resolveSecret } from '../../src/secrets/secrets.ts';

const KEY = 'sk-ant-api03-A+b/c d"e\\f\n9';

describe('a redactor', () => {
  const redact = redactor([{ name: 'ANTHROPIC_API_KEY', value: KEY }]);

  it.each([
    ['as it is', KEY],
    ['inside JSON', JSON.stringify({ headers: { key: KEY } })],
    ['inside JSON inside JSON', JSON.stringify(JSON.stringify({ key: KEY }))],
    ['in a URL', `https://host/?key=${encodeURIComponent(KEY)}&x=1`],
    ['in a form', `key=${new URLSearchParams({ key: KEY })}`],
    ['in hex', Buffer.from(KEY).toString('hex')],
  ])('takes the secret out %s', (_, text) => {
    const clean = redact(text);
    expect(clean).toContain('[redacted:ANTHROPIC_API_KEY]');
    expect(clean).not.toContain('api03');
  });

  it('takes it out of base64, wherever it begins in what was encoded', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (before, after) => {
        for (const form of ['base64', 'base64url'] as const) {
          const clean = redact(Buffer.from(before + KEY + after).toString(form));
          expect(clean).toContain('[redacted:ANTHROPIC_API_KEY]');
          expect(Buffer.from(clean.replace(/\[.*\]/, ''), form).toString('latin1')).not.toContain('api03');
        }
      }),
    );
  });

  it('takes it out of base64 and hex in lines, as tools print them, also inside JSON', () => {
    const long = 'Zk7'.repeat(30);
    const clean = redactor([{ name: 'LONG', value: long }]);
    const lines = (text: string, width: number) => text.replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
    for (const before of ['', 'a', 'ab', 'abc'])
      for (const text of [
        lines(Buffer.from(before + long).toString('base64'), 76),
        JSON.stringify(lines(Buffer.from(before + long).toString('base64'), 64)),
        lines(Buffer.from(before + long).toString('hex'), 60),
        Buffer.from(before + long)
          .toString('hex')
          .toUpperCase(),
        lines(Buffer.from(before + long).toString('base64'), 76).replaceAll('\n', '\r\n  '),
      ])
        expect(clean(text)).toMatch(/^.{0,12}\[redacted:LONG\].{0,8}\s*"?$/);
  });

  it('takes out each long line of a secret of several lines', () => {
    const lines = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG9w0B', 'AQEFAASCBKcwggSjAgEAAoIB', 'short'];
    const clean = redactor([{ name: 'PEM', value: lines.join('\n') }]);
    expect(clean(`${lines[2]}\r\n`)).toBe('[redacted:PEM]\r\n');
    expect(clean(lines.join('\r\n'))).toBe(`${lines[0]}\r\n[redacted:PEM]\r\n[redacted:PEM]\r\nshort`);
    expect(clean(lines.join('\n'))).toBe('[redacted:PEM]');
  });

  it('never leaves a secret in a text, whatever is around it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(value.trim().length >= 6 && !'[redacted:K]'.includes(value.trim()));
        const clean = redactor([{ name: 'K', value }])(`${before}${value}${after}`);
        fc.pre(!`${before}[redacted:K]${after}`.includes(value.trim()));
        expect(clean).not.toContain(value.trim());
      }),
    );
  });

  it('names the longer of two secrets that begin alike', () => {
    const both = redactor([
      { name: 'SHORT', value: 'token-1234' },
      { name: 'LONG', value: 'token-1234-5678' },
    ]);
    expect(both('token-1234-5678 token-1234')).toBe('[redacted:LONG] [redacted:SHORT]');
  });

  it('leaves everything alone without secrets, and very short ones in place', () => {
    expect(redactor([])('anything')).toBe('anything');
    expect(redactor([{ name: 'MODE', value: 'dev' }])('developer')).toBe('developer');
  });
});

describe('a reference to a secret', () => {
  it('gives the value of the variable, or null', () => {
    expect(resolveSecret({ env: 'KEY' }, { KEY: ' abc \n' })).toEqual({ ok: true, value: 'abc' });
    expect(resolveSecret({ env: 'KEY' }, {})).toEqual({ ok: true, value: null });
    expect(resolveSecret({ env: 'KEY' }, { KEY: '' })).toEqual({ ok: true, value: null });
  });

  it('that is the key itself is refused without repeating it', () => {
    const result = resolveSecret({ env: 'sk-ant-api03-secret' }, {});
    expect(result).toMatchObject({ ok: false, error: { code: 'settings.invalid' } });
    expect(JSON.stringify(result)).not.toContain('api03');
  });

  it('whose value has a line break inside is refused without repeating it', () => {
    const result = resolveSecret({ env: 'KEY' }, { KEY: 'abc\ndef' });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'settings.invalid', message: expect.stringContaining('KEY') },
    });
    expect(JSON.stringify(result)).not.toContain('def');
  });
});

describe('the environment of a child process', () => {
  it('holds what programs need and no key', () => {
    const env = {
      ...{ PATH: '/bin', HOME: '/home/p', LANG: 'C', LC_ALL: 'C.UTF-8', TERM: 'xterm', TMPDIR: '/tmp', Path: 'C:\\' },
      ...{
        ANTHROPIC_API_KEY: 'k',
        GITHUB_TOKEN: 't',
        AWS_SECRET_ACCESS_KEY: 's',
        NODE_OPTIONS: '--require x',
        LD_PRELOAD: 'x',
      },
      ...{ SSH_AUTH_SOCK: '/s', HTTPS_PROXY: 'http://user:password@host', LLMCLIS_HOME: '/h', LC_: 'x', TZ: undefined },
    };
    expect(Object.keys(childEnvironment(env)).sort()).toEqual([
      'HOME',
      'LANG',
      'LC_ALL',
      'PATH',
      'Path',
      'TERM',
      'TMPDIR',
    ]);
  });
});
