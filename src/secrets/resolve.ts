import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import { referenceText, type SecretReference } from '../core/secret-reference.ts';
import { childEnvironment, type Environment, resolveSecret } from './secrets.ts';

/** The machine that a reference is looked up on. */
export type Place = { readonly env: Environment; readonly home: string; readonly platform: string };

/** `value` is null when nothing is kept there; `warning` is a sentence for the person. */
export type Resolved = { readonly value: string | null; readonly warning: string | null };

/** No key is longer. */
const MOST_BYTES = 65_536;
/** A locked keychain asks the person for a password first. */
const KEYCHAIN_MS = 120_000;

/** Looks a secret up. An `err` when the place cannot be asked, or holds something that is no key; the value is in no message. */
export async function resolveReference(reference: SecretReference, place: Place): Promise<Result<Resolved>> {
  switch (reference.kind) {
    case 'env': {
      const value = resolveSecret({ env: reference.name }, place.env);
      return value.ok ? ok({ value: value.value, warning: null }) : value;
    }
    case 'file':
      return fromFile(reference.path.replace(/^~(?=\/)/, place.home), reference, place.platform);
    case 'keychain':
      return fromKeychain(reference, place);
  }
}

const codeOf = (problem: unknown): string =>
  problem instanceof Error && 'code' in problem ? String(problem.code) : '';

async function fromFile(path: string, reference: SecretReference, platform: string): Promise<Result<Resolved>> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MOST_BYTES)
      return fail('settings.invalid', `${path} is no file that holds a key.`, 'Put the key alone into it.');
    const value = key(await readFile(path, 'utf8'), reference);
    if (!value.ok) return value;
    const open = platform !== 'win32' && (found.mode & 0o077) !== 0;
    return ok({ value: value.value, warning: open ? `Others may read ${path}. Close it: chmod 600 ${path}` : null });
  } catch (problem) {
    const code = codeOf(problem);
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok({ value: null, warning: null });
    return fail('secret.missing', `${path} cannot be read (${code}).`, `Make it yours: chmod 600 ${path}`);
  }
}

/** The key alone: no spaces around it, none inside. */
function key(text: string, reference: SecretReference): Result<string | null> {
  const value = text.replace(/^\uFEFF/, '').trim();
  if (value === '') return ok(null);
  if (!/[\s\p{Cc}]/u.test(value)) return ok(value);
  return fail(
    'settings.invalid',
    `What ${referenceText(reference)} holds has a space or a line break inside.`,
    'Put the key alone there.',
  );
}

type Keychain = Extract<SecretReference, { kind: 'keychain' }>;

/** The tool of each system, its words, and the exit code by which it says that it has no such entry. */
function toolFor({ service, account }: Keychain, platform: string) {
  const named = (flag: string): readonly string[] => (account === null ? [] : [flag, account]);
  if (platform === 'darwin')
    return {
      file: '/usr/bin/security',
      args: ['find-generic-password', '-s', service, ...named('-a'), '-w'],
      absent: 44,
      install: 'It is a part of macOS: /usr/bin/security',
    };
  if (platform === 'linux')
    return {
      file: 'secret-tool',
      args: ['lookup', 'service', service, ...named('account')],
      absent: 1,
      install: 'Install it: sudo apt-get install libsecret-tools',
    };
  return null;
}

/** What the tool needs to reach the person's session. */
const SESSION = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY'] as const;

async function fromKeychain(reference: Keychain, { env, platform }: Place): Promise<Result<Resolved>> {
  const tool = toolFor(reference, platform);
  const another = `Keep the key elsewhere: env:NAME or file:${join('~', '.config', 'key')}`;
  if (tool === null) return fail('secret.missing', `A keychain cannot be asked on ${platform}.`, another);
  const session = Object.fromEntries(SESSION.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));
  const ran = await call(tool.file, tool.args, { ...childEnvironment(env), ...session });
  if (ran.code === 'ENOENT') {
    const message = `${referenceText(reference)} is looked up by ${tool.file}, which is not there.`;
    return fail('secret.missing', message, `${tool.install} — or: ${another}`);
  }
  if (ran.code === 0) {
    const value = key(ran.out, reference);
    return value.ok ? ok({ value: value.value, warning: null }) : value;
  }
  // What it complains of in words (a locked keychain, no session) is no missing entry.
  if (ran.code === tool.absent && (platform === 'darwin' || ran.complaint.trim() === ''))
    return ok({ value: null, warning: null });
  const why = ran.complaint.trim().split('\n')[0]?.slice(0, 200) || `exit ${ran.code}`;
  return fail('secret.missing', `${tool.file} could not look up ${referenceText(reference)}: ${why}.`, another);
}

type Called = { readonly code: number | string; readonly out: string; readonly complaint: string };

/** No shell is between: what stands in a reference is one word of the command. */
const call = (file: string, args: readonly string[], env: Record<string, string>): Promise<Called> =>
  new Promise(resolve => {
    const options = { env, timeout: KEYCHAIN_MS, maxBuffer: MOST_BYTES, encoding: 'utf8' } as const;
    execFile(file, args, options, (problem, out, complaint) => {
      const code = problem === null ? 0 : (problem.code ?? problem.signal ?? 1);
      resolve({ code, out, complaint });
    });
  });
