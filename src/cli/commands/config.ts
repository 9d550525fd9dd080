import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { defineCommand } from '../command.ts';
import { PROJECT_FLAG } from '../project.ts';
import { formatTable } from '../table.ts';

/** What null stands for. */
const WITHOUT: Readonly<Partial<Record<string, string>>> = { link: 'found', budget_usd: 'no limit' };

/** `npm test, npm run lint`; `none` for an empty list; `coder: npm run lint; writer: …`. */
function valueText(name: string, value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const parts = Object.entries(value).map(([key, each]) => `${key}: ${valueText(name, each)}`);
    return parts.length === 0 ? 'none' : parts.join('; ');
  }
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  return value === null ? (WITHOUT[name] ?? 'not set') : String(value);
}

/** What a project's file says about borders holds only after a person's word: see `llmclis permissions`. */
const isProposed = (name: string, from: string): boolean =>
  from === 'project' && (name === 'network' || name === 'readable');

export const configExplain = defineCommand({
  name: 'config explain',
  summary: 'Show each setting with its value and where it came from.',
  about:
    'A flag wins over the environment (LLMCLIS_…), that over the project’s llmclis.yaml, that over your config.yaml.',
  args: {},
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis config explain', does: 'The settings of the current folder’s project.' }],
  run: async (app: Pick<App, 'project' | 'settings' | 'home'>, { flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok && (flags.project_id !== undefined || project.error.code !== 'project.not_found')) return project;
    const settings = await app.settings(project.ok ? project.value : undefined);
    if (!settings.ok) return settings;
    const rows = Object.entries(settings.value).map(([name, setting]) => [
      name,
      oneLine(valueText(name, setting.value), 100),
      isProposed(name, setting.from) ? 'project (proposed)' : setting.from,
      oneLine(setting.where ?? '', 200),
    ]);
    out.lines(formatTable([{ title: 'setting' }, { title: 'value' }, { title: 'from' }, { title: 'where' }], rows));
    out.line('');
    out.line(`Data of llmclis: ${app.home} (LLMCLIS_HOME)`);
    if (out.isJson) out.json(settings.value);
    return ok(0);
  },
});
