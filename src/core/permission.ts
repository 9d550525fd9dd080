import { fail, ok, type Result } from './failure.ts';

/** What may cross the border of the sandbox: a host to reach, a folder to read, a secret to hand to commands. */
export const PERMISSION_KINDS = ['network', 'path', 'secret'] as const;
export type PermissionKind = (typeof PERMISSION_KINDS)[number];
export type Permission = { readonly kind: PermissionKind; readonly what: string };

/** The last word of a person on one border. Where nobody has said anything there is none. */
export type Grant = Permission & {
  readonly id: number;
  readonly allowed: boolean;
  /** When and by whom it was said. */
  readonly at: string;
  readonly by: string;
};

const HOST = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A host alone means these. */
const WEB_PORTS = [443, 80];
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/**
 * One border as it is kept: a host in small letters (`registry.npmjs.org`, `*.example.com`, `example.com:8080`); an absolute folder without a slash at
 * its end; the name of an environment variable. An `err` says what is wrong and never repeats what may be a secret.
 */
export function readPermission(kind: PermissionKind, what: string): Result<Permission> {
  const text = what.trim();
  switch (kind) {
    case 'network': {
      const place = text
        .toLowerCase()
        .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
        .replace(/[/?#].*$/s, '')
        .replace(/^[^@]*@/, '');
      const host = place.replace(/:\d*$/, '').replace(/\.$/, '');
      const port = Number(/:(\d+)$/.exec(place)?.[1] ?? WEB_PORTS[0]);
      if (host.length <= 253 && HOST.test(host) && port > 0 && port < 65_536)
        return ok({ kind, what: WEB_PORTS.includes(port) ? host : `${host}:${port}` });
      return wrong(
        'A network permission is for one host.',
        'Name the host alone: registry.npmjs.org or *.example.com; another port than 80 and 443 with it: example.com:8080',
      );
    }
    case 'path': {
      const folder = normal(text);
      if (folder !== null && folder !== '/') return ok({ kind, what: folder });
      return wrong('A path permission is for one folder or file, by its whole path.', 'Name it: /usr/share/fonts');
    }
    case 'secret':
      if (NAME.test(text)) return ok({ kind, what: text });
      return wrong(
        'A secret permission is for one environment variable.',
        'Give the variable’s name, such as NPM_TOKEN, never its value.',
      );
  }
}

const wrong = (message: string, hint: string): Result<never> => fail('input.invalid', message, hint);

/** The absolute path without `.`, `..`, double slashes and a slash at its end; null for one that is not absolute. */
function normal(path: string): string | null {
  if (!path.startsWith('/') || /[\p{Cc}]/u.test(path)) return null;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export const samePermission = (one: Permission, other: Permission): boolean =>
  one.kind === other.kind && one.what === other.what;

/** What is asked, for a person: `reach the host registry.npmjs.org`. */
export function permissionText({ kind, what }: Permission): string {
  switch (kind) {
    case 'network':
      return `reach the host ${what}`;
    case 'path':
      return `read ${what}`;
    case 'secret':
      return `get the secret ${what}`;
  }
}
