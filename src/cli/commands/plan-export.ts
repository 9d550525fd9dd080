import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { PROJECT_FLAG } from '../project.ts';

export const planExport = defineCommand({
  name: 'plan export',
  summary: 'Write tasks down for another tool: check list, Taskmaster, beads, Taskwarrior, JSON, CSV.',
  about:
    'The same tasks always give the same text. What the other tool has no place for is left out; the command says what. In CSV, a text that begins with = + - or @ gets an apostrophe in front, so that no spreadsheet runs it.',
  args: {
    filter: { rest: true, dashes: true, help: 'Only these tasks, such as status:pending tag:api; see task list.' },
  },
  flags: {
    to: {
      type: 'string',
      value: 'TOOL',
      required: true,
      choices: ['checklist', 'taskmaster', 'beads', 'taskwarrior', 'json', 'csv'],
      help: 'How to write them.',
    },
    out: { type: 'string', value: 'FILE', help: 'Into this file; default: to stdout.' },
    force: { type: 'boolean', help: 'Replace the file when it is there already.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis plan export --to checklist', does: 'A nested Markdown list with the keys.' },
    { command: 'llmclis plan export status:pending --to csv --out open.csv', does: 'What is open, for a spreadsheet.' },
    { command: 'llmclis plan export --to taskwarrior', does: 'Pipe it into task import; a second time updates.' },
  ],
  run: async (app: Pick<App, 'project' | 'km' | 'pullPlans' | 'exportPlan'>, { args, flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    const pulled = await app.pullPlans(project.value);
    if (!pulled.ok) return pulled;
    const { out: file, force } = flags;
    const wanted = { to: flags.to, ...given({ filter: args.filter, out: file, force }) };
    const exported = await app.exportPlan(project.value, wanted);
    if (!exported.ok) return exported;
    const { text, ...report } = exported.value;
    if (out.isJson) out.json(report.out === null ? { ...report, text } : report);
    else if (report.out === null) out.line(text.replace(/\n$/, ''));
    else out.line(`${report.tasks} tasks and ${report.stages} stages written to ${report.out}.`);
    if (!out.isJson) out.note(`Left out: ${report.leaves_out}.`);
    return ok(0);
  },
});
