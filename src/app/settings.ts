import { existsSync, readFileSync } from 'node:fs';
import { loadSettings } from '../config/settings.ts';
import type { RoutingMode } from '../core/event.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Settings } from '../core/settings.ts';
import type { Project } from '../km/km.ts';
import type { Registry } from '../router/registry.ts';
import type { AppCore } from './core.ts';
import { settingsPlaces } from './settings-place.ts';
import type { OrchestrateOptions } from './types.ts';

const fileAt = (path: string | null): { path: string; text: string } | null =>
  path !== null && existsSync(path) ? { path, text: readFileSync(path, 'utf8') } : null;

/** The settings in force for a project: flag, environment, project file, user file, default. */
export function settingsOf(
  core: AppCore,
  project: Pick<Project, 'root'> | null,
  options: OrchestrateOptions,
): Result<Settings> {
  const { merge, mode, budget_usd, no_sandbox } = options;
  const { projectFile, userFile } = settingsPlaces(core, project);
  return loadSettings({
    flags: {
      ...(merge && { merge }),
      ...(mode && { mode }),
      ...(budget_usd !== undefined && { budget_usd }),
      ...(no_sandbox && { sandbox: 'none' as const }),
    },
    env: core.env,
    projectFile: fileAt(projectFile),
    userFile: fileAt(userFile),
  });
}

/** What the person says everywhere (their file, the environment), and what the project's file alone says. */
export function settingsByOwner(
  core: AppCore,
  project: Project,
): Result<{ readonly own: Settings; readonly project: Settings }> {
  const { projectFile, userFile } = settingsPlaces(core, project);
  const own = loadSettings({ flags: {}, env: core.env, projectFile: null, userFile: fileAt(userFile) });
  if (!own.ok) return own;
  const theirs = loadSettings({ flags: {}, env: {}, projectFile: fileAt(projectFile), userFile: null });
  return theirs.ok ? ok({ own: own.value, project: theirs.value }) : theirs;
}

/** The mode in force: the registry's policy speaks when nobody else does. */
export const modeOf = (settings: Settings, registry: Pick<Registry, 'policy'>): RoutingMode =>
  settings.mode.from === 'default' ? registry.policy : settings.mode.value;
