import { fail, ok, type Result } from '../core/failure.ts';

export { redactor, type Secret } from './redactor.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a secret that is named by reference; null when the variable is not set or empty. A reference that is no
 * variable's name (a key pasted into the wrong place) is an `err`, and is not repeated in the message.
 */
export function resolveSecret(reference: { readonly env: string }, env: Environment): Result<string | null> {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(reference.env)) {
    return fail(
      'settings.invalid',
      'A reference to a secret is not the name of an environment variable.',
      'Write the name of the variable, such as ANTHROPIC_API_KEY, and put the key itself into that variable.',
    );
  }
  const value = env[reference.env]?.trim() ?? '';
  if (value === '') return ok(null);
  if (/[\s\p{Cc}]/u.test(value)) {
    return fail(
      'settings.invalid',
      `The value of ${reference.env} has a space or a line break inside.`,
      'Set it again, to the key alone.',
    );
  }
  return ok(value);
}

const ALLOWED: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ'],
  ...['LANG', 'LANGUAGE', 'TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI'],
]);
/** Windows names are not case sensitive. */
const ALLOWED_ON_WINDOWS: ReadonlySet<string> = new Set([
  ...['PATH', 'PATHEXT', 'COMSPEC', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE'],
  ...['HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES', 'NUMBER_OF_PROCESSORS'],
]);

/** The environment a child process gets: what programs need to run, by name. Keys and tokens are on no such list. */
export function childEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const allowed = ALLOWED.has(name) || /^LC_[A-Z]+$/.test(name) || ALLOWED_ON_WINDOWS.has(name.toUpperCase());
    if (allowed && value !== undefined) kept[name] = value;
  }
  return kept;
}
