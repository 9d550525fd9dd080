import { DEFAULTS } from '../config/defaults.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Km, Project } from '../km/km.ts';
import { FOLDER } from '../km/plan/marks.ts';
import type { PlanSync } from '../km/plan/plan.ts';
import type { AppCore } from './core.ts';
import { openPlans } from './open-plans.ts';
import { settingsMark } from './plan-marks.ts';
import { needsSettings } from './settings-place.ts';

/** The plan files of a project, as its settings say; these are read only when they may say something new. */
export async function planPaths(core: AppCore, km: Km, project: Project): Promise<Result<readonly string[]>> {
  const known = km.settingsSeen(project.id) === settingsMark(core, project.root) ? km.planFiles(project.id) : [];
  const [only] = known;
  if (known.length === 1 && only !== undefined && only.size !== FOLDER) return ok([only.path]);
  if (!needsSettings(core, project)) return ok(DEFAULTS.plans);
  const settings = (await import('./settings.ts')).settingsOf(core, project, {});
  return settings.ok ? ok(settings.value.plans.value) : settings;
}

export async function pullPlans(core: AppCore, km: Km, project: Project): Promise<Result<PlanSync>> {
  const paths = await planPaths(core, km, project);
  return paths.ok ? openPlans(core, km, project, paths.value).pull() : paths;
}

export async function syncPlans(core: AppCore, project: Project, agent: string): Promise<Result<PlanSync>> {
  const km = core.km();
  if (!km.ok) return km;
  const paths = await planPaths(core, km.value, project);
  return paths.ok ? openPlans(core, km.value, project, paths.value).sync(agent) : paths;
}
