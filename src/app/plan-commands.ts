import { DEFAULTS } from '../config/defaults.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Km, Project } from '../km/km.ts';
import type { PlanImport, PlanSync } from '../km/plan/plan.ts';
import type { AppCore } from './core.ts';
import { importPlanFile, openPlans } from './plans.ts';
import { needsSettings } from './settings-place.ts';

async function planPaths(core: AppCore, project: Project): Promise<Result<readonly string[]>> {
  if (!needsSettings(core, project)) return ok(DEFAULTS.plans);
  const settings = (await import('./settings.ts')).settingsOf(core, project, {});
  return settings.ok ? ok(settings.value.plans.value) : settings;
}

export async function pullPlans(core: AppCore, km: Km, project: Project): Promise<Result<PlanSync>> {
  const paths = await planPaths(core, project);
  return paths.ok ? openPlans(km, project, paths.value, core.clock).pull() : paths;
}

export async function syncPlans(core: AppCore, project: Project, agent: string): Promise<Result<PlanSync>> {
  const km = core.km();
  if (!km.ok) return km;
  const paths = await planPaths(core, project);
  return paths.ok ? openPlans(km.value, project, paths.value, core.clock).sync(agent) : paths;
}

export function importPlan(core: AppCore, project: Project, file: string, agent: string): Result<PlanImport> {
  const km = core.km();
  return km.ok ? importPlanFile(km.value, project, file, { cwd: core.cwd, agent, now: core.clock.now() }) : km;
}
