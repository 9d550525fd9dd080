import { homedir } from 'node:os';
import { ok, type Result } from '../core/failure.ts';
import { type Permission, readPermission, samePermission } from '../core/permission.ts';
import type { Settings } from '../core/settings.ts';
import type { Sandbox } from '../core/workspace.ts';
import type { Km, Project } from '../km/km.ts';
import type { AppCore } from './core.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { settingsByOwner } from './settings.ts';

/** What commands of a project may do beyond its worktree. */
export type Borders = {
  readonly network: readonly string[];
  readonly readable: readonly string[];
  /** Environment variables, by name. */
  readonly secrets: Readonly<Record<string, string>>;
};
export const NO_BORDERS: Borders = { network: [], readable: [], secrets: {} };

/** The borders that settings name; what is written from `~/` with the whole path. */
export function bordersIn({ network, readable }: Pick<Settings, 'network' | 'readable'>, home: string): Permission[] {
  const read = [
    ...network.value.map(host => readPermission('network', host)),
    ...readable.value.map(path => readPermission('path', path.replace(/^~(?=\/)/, home))),
  ];
  return read.flatMap(one => (one.ok ? [one.value] : []));
}

/**
 * Whose words there are: the person's own settings hold everywhere, those of the project's file are proposals. A repository that was
 * cloned must not open its own sandbox.
 */
export function bordersOf(
  core: AppCore,
  project: Project,
): Result<{ readonly own: readonly Permission[]; readonly proposed: readonly Permission[] }> {
  const settings = settingsByOwner(core, project);
  if (!settings.ok) return settings;
  const home = core.env.HOME ?? homedir();
  const own = bordersIn(settings.value.own, home);
  const proposed = bordersIn(settings.value.project, home);
  return ok({ own, proposed: proposed.filter(one => !own.some(mine => samePermission(one, mine))) });
}

/** What holds now: the person's own settings but for what was denied for the project, and what was granted for it. Secrets that are handed out are known from then on. */
export function grantedBorders(
  core: AppCore,
  km: Km,
  project: Project,
  own: readonly Permission[],
  known?: KnownSecrets,
): Borders {
  const words = km.grants(project.id);
  const denied = words.filter(({ allowed }) => !allowed);
  const isOpen = (one: Permission): boolean => !denied.some(word => samePermission(word, one));
  const granted = [...own.filter(isOpen), ...words.filter(({ allowed }) => allowed)];
  const named = (kind: Permission['kind']): readonly string[] => [
    ...new Set(granted.filter(one => one.kind === kind).map(({ what }) => what)),
  ];
  const secrets = named('secret').flatMap(name => {
    const value = core.env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  for (const [name, value] of secrets) known?.add({ name, value });
  // A host of an allowed `*.example.com` that was denied by itself stays closed.
  const except = denied.filter(({ kind }) => kind === 'network').map(({ what }) => `!${what}`);
  const hosts = named('network');
  return {
    network: hosts.length === 0 ? [] : [...hosts, ...except],
    readable: named('path'),
    secrets: Object.fromEntries(secrets),
  };
}

/** A sandbox that is made anew when what is granted changes, so that an answer holds for the run that asked. */
export async function followingBorders(
  make: (borders: Borders) => Promise<Result<Sandbox>>,
  borders: () => Borders,
): Promise<Result<Sandbox>> {
  const first = borders();
  const made = await make(first);
  if (!made.ok) return made;
  let current = { key: JSON.stringify(first), sandbox: made.value };
  return ok({
    name: made.value.name,
    note: made.value.note,
    async run(command, signal) {
      const now = borders();
      const key = JSON.stringify(now);
      if (key !== current.key) {
        const next = await make(now);
        if (!next.ok) return next;
        current = { key, sandbox: next.value };
      }
      return current.sandbox.run(command, signal);
    },
  });
}
