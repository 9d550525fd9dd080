import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSetIn } from '../config/defaults.ts';
import type { Project } from '../km/km.ts';
import type { AppCore } from './core.ts';

/** Where the settings of a project and of the user may stand. */
export const settingsPlaces = (core: AppCore, project: Pick<Project, 'root'> | null) => ({
  projectFile: project === null ? null : join(project.root, 'llmclis.yaml'),
  userFile: join(core.home, 'config.yaml'),
});

/** Did anyone set anything? If not the defaults hold, and a hot command need not load what reads and checks settings. */
export function needsSettings(core: AppCore, project: Project): boolean {
  const { projectFile, userFile } = settingsPlaces(core, project);
  return isSetIn(core.env) || existsSync(userFile) || (projectFile !== null && existsSync(projectFile));
}
