import { fail, ok, type Result } from '../core/failure.ts';
import { type Grant, type Permission, samePermission } from '../core/permission.ts';
import type { Project } from '../km/km.ts';
import { isInside } from '../workspace/paths.ts';
import { bordersOf } from './borders.ts';
import type { AppCore } from './core.ts';
import { decide } from './people.ts';
import type { PermissionReport } from './permission-types.ts';
import { syncPlans } from './plan-commands.ts';

export function permissionsOf(core: AppCore, project: Project): Result<PermissionReport> {
  const km = core.km();
  if (!km.ok) return km;
  const borders = bordersOf(core, project);
  if (!borders.ok) return borders;
  const grants = km.value.grants(project.id);
  const proposed = borders.value.proposed.filter(one => !grants.some(grant => samePermission(grant, one)));
  const own = borders.value.own.filter(one => !grants.some(grant => !grant.allowed && samePermission(grant, one)));
  return ok({ grants, own, proposed, asking: km.value.tasksAsking(project.id) });
}

/** All or none of them; the plans say at once which tasks are free again. */
export async function decidePermissions(
  core: AppCore,
  project: Project,
  wanted: readonly Permission[],
  word: 'allow' | 'deny',
): Promise<Result<readonly string[]>> {
  const km = core.km();
  if (!km.ok) return km;
  const closed =
    word === 'allow' ? wanted.find(({ kind, what }) => kind === 'path' && isClosed(core, project, what)) : undefined;
  if (closed !== undefined)
    return fail(
      'input.invalid',
      `${closed.what} is never shown to commands: it holds, or lies in, the project or the data folder of llmclis.`,
      'Commands see the project’s files in their own worktree. What is ignored by git: list it under link: in llmclis.yaml.',
    );
  const opened = km.value.allOrNothing(() => {
    const keys: string[] = [];
    for (const permission of wanted) {
      const decided = decide(km.value, project, permission, word);
      if (!decided.ok) return decided;
      keys.push(...decided.value);
    }
    return ok(keys);
  });
  if (!opened.ok || opened.value.length === 0) return opened;
  const synced = await syncPlans(core, project, 'person');
  return synced.ok ? opened : synced;
}

/** The sandbox keeps these closed whatever is granted: models write there, and keys and the store lie there. */
const isClosed = (core: AppCore, project: Project, path: string): boolean =>
  [core.home, project.root].some(place => isInside(place, path) || isInside(path, place));

export function revokePermission(core: AppCore, project: Project, id: number): Result<Grant> {
  const km = core.km();
  if (!km.ok) return km;
  const mine = km.value.grants(project.id).some(grant => grant.id === id);
  if (mine) return km.value.revokeGrant(id, 'person');
  return fail(
    'input.not_found',
    `Project ${project.id} has no permission ${id}.`,
    'See them: llmclis permissions list',
  );
}
