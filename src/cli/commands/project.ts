import { realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { TASK_STATUSES } from '../../core/task.ts';
import type { Project } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { PROJECT_FLAG } from '../project.ts';
import { formatTable } from '../table.ts';

/** `3 pending, 1 done`; statuses without a task are left out. */
const countsText = (project: Project): string => {
  const parts = TASK_STATUSES.filter(status => project.counts[status] > 0).map(
    status => `${project.counts[status]} ${status}`,
  );
  return parts.length === 0 ? 'no task' : parts.join(', ');
};

function show(project: Project, out: Output): Result<number> {
  const archived = project.archived ? ' (archived)' : '';
  out.line(
    `${project.id}  ${out.style('bold', oneLine(project.name))}${archived}  ${oneLine(project.root, 400)} — ${countsText(project)}`,
  );
  if (out.isJson) out.json(project);
  return ok(0);
}

/** The real path of a folder, so that it is found again from inside it. */
function folderAt(cwd: string, folder: string | undefined): Result<string> {
  const path = resolve(cwd, folder ?? '.');
  try {
    if (statSync(path).isDirectory()) return ok(realpathSync(path));
  } catch {
    return fail('input.not_found', `There is no folder ${path}.`, 'Check the path: llmclis project add FOLDER');
  }
  return fail(
    'input.invalid',
    `${path} is a file, not a folder.`,
    'Give the folder of the project: llmclis project add FOLDER',
  );
}

export const projectAdd = defineCommand({
  name: 'project add',
  summary: 'Register a folder as a project.',
  about: 'llmclis init does the same and writes the files that a project needs.',
  args: { folder: { help: 'Its folder; default: the current one.' } },
  flags: { name: { type: 'string', value: 'N', help: 'What to call it; default: the folder’s name.' } },
  examples: [{ command: 'llmclis project add ~/code/textkit --name textkit', does: 'Answers with its number.' }],
  run: async (app: Pick<App, 'km' | 'cwd'>, { args, flags }, out) => {
    const root = folderAt(app.cwd, args.folder);
    if (!root.ok) return root;
    const km = app.km();
    if (!km.ok) return km;
    const project = km.value.addProject({ name: flags.name ?? (basename(root.value) || root.value), root: root.value });
    return project.ok ? show(project.value, out) : project;
  },
});

export const projectList = defineCommand({
  name: 'project list',
  summary: 'List the projects with their numbers, folders and tasks.',
  args: {},
  flags: { archived: { type: 'boolean', help: 'Archived ones too.' } },
  examples: [{ command: 'llmclis project list --json', does: 'As {"projects": […]}.' }],
  run: async (app: Pick<App, 'km'>, { flags }, out) => {
    const km = app.km();
    if (!km.ok) return km;
    const projects = km.value.listProjects({ archived: flags.archived });
    const rows = projects.map(project => [
      String(project.id),
      `${oneLine(project.name, 60)}${project.archived ? ' (archived)' : ''}`,
      countsText(project),
      oneLine(project.root, 400),
    ]);
    if (rows.length === 0) out.line('No project yet. In its folder: llmclis init');
    else
      out.lines(
        formatTable(
          [{ title: 'id', align: 'right' }, { title: 'name' }, { title: 'tasks' }, { title: 'folder' }],
          rows,
        ),
      );
    if (out.isJson) out.json({ projects });
    return ok(0);
  },
});

export const projectShow = defineCommand({
  name: 'project show',
  summary: 'Show one project.',
  args: {},
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis project show', does: 'The project of the current folder.' }],
  run: async (app: Pick<App, 'project'>, { flags }, out) => {
    const project = app.project(flags.project_id);
    return project.ok ? show(project.value, out) : project;
  },
});

export const projectArchive = defineCommand({
  name: 'project archive',
  summary: 'Put a project away; nothing of it is deleted.',
  args: {},
  flags: {
    project_id: PROJECT_FLAG,
    restore: { type: 'boolean', help: 'Take it back out; needs --project_id.' },
  },
  examples: [
    { command: 'llmclis project archive --project_id 2', does: 'Its folder belongs to no project any more.' },
    { command: 'llmclis project archive --project_id 2 --restore', does: 'It is back as it was.' },
  ],
  run: async (app: Pick<App, 'project' | 'km'>, { flags }, out) => {
    const km = app.km();
    if (!km.ok) return km;
    const project = flags.project_id === undefined ? app.project() : km.value.project(flags.project_id);
    if (!project.ok) return project;
    const archived = km.value.archiveProject(project.value.id, !flags.restore);
    return archived.ok ? show(archived.value, out) : archived;
  },
});
