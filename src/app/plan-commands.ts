import type { Result } from '../core/failure.ts';
import type { Km, Project } from '../km/km.ts';
import type { PlanImport, PlanSync } from '../km/plan/plan.ts';
import type { AppCore } from './core.ts';
import { importPlanFile, openPlans } from './plans.ts';
import { settingsOf } from './settings.ts';

export function pullPlans(core: AppCore, km: Km, project: Project): Result<PlanSync> {
  const settings = settingsOf(core, project, {});
  return settings.ok ? openPlans(km, project, settings.value.plans.value, core.clock).pull() : settings;
}

export function syncPlans(core: AppCore, project: Project, agent: string): Result<PlanSync> {
  const km = core.km();
  if (!km.ok) return km;
  const settings = settingsOf(core, project, {});
  return settings.ok ? openPlans(km.value, project, settings.value.plans.value, core.clock).sync(agent) : settings;
}

export function importPlan(core: AppCore, project: Project, file: string, agent: string): Result<PlanImport> {
  const km = core.km();
  return km.ok ? importPlanFile(km.value, project, file, { cwd: core.cwd, agent, now: core.clock.now() }) : km;
}
