import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '../secrets/redactor.ts';
import { secretsOf } from './known-secrets.ts';

/** Secrets that stand in a project's own untracked files: values of its `.env` files, passwords in the addresses of its remotes. */
export function projectSecrets(root: string): readonly Secret[] {
  const names = namesIn(root).filter(name => /^\.env(?:\..+)?$/.test(name) && !/example|sample|template/i.test(name));
  return [
    ...names.flatMap(name => secretsOf(variablesIn(textAt(join(root, name))))),
    ...passwordsIn(textAt(join(root, '.git', 'config'))),
  ];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 1_000_000);
  } catch {
    return '';
  }
}

/** `NAME=value` lines, with or without `export` and quotes. */
function variablesIn(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, quoted, plain] =
      /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:["']([^"']*)["']|([^\s#]*))/.exec(line) ?? [];
    if (name !== undefined) found[name] = quoted ?? plain ?? '';
  }
  return found;
}

/** Users and passwords of addresses such as `https://me:token@host/x.git`, and headers with a token. */
function passwordsIn(text: string): readonly Secret[] {
  const inUrls = Array.from(
    text.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s/@:]*)(?::([^\s/@]*))?@/gi),
    ([, user, password]) => (password === undefined ? user : password),
  );
  const inHeaders = Array.from(text.matchAll(/authorization:\s*\w+\s+(\S+)/gi), ([, token]) => token);
  return [...inUrls, ...inHeaders].flatMap(value =>
    value === undefined || value.length < 8 ? [] : [{ name: 'git-remote', value: decoded(value) }],
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
