import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { askProposed } from './permissions.ts';

export const init = defineCommand({
  name: 'init',
  summary: 'Set up the current folder as a project: find its test command, write what is missing.',
  about:
    'Writes plans.md, llmclis.yaml and model_registry.yaml when they are missing and never overwrites. A repository without commits or tests is registered too.',
  args: {},
  flags: {
    name: { type: 'string', value: 'N', help: 'What to call the project; default: the folder’s name.' },
    verify: { type: 'string', value: 'CMD', help: 'The test command; default: found in the project’s own files.' },
  },
  examples: [
    { command: 'llmclis init', does: 'Finds the test command and says where it found it.' },
    { command: 'llmclis init --name textkit --verify "npm test"', does: 'Told, not found.' },
  ],
  run: async (app: Pick<App, 'init' | 'permissions' | 'decidePermissions'>, { flags }, out, shell) => {
    const report = await app.init(given({ name: flags.name, verify: flags.verify }));
    if (!report.ok) return report;
    const { project, verify, verify_from, written, kept, warnings } = report.value;
    out.line(`Project ${project.id}: ${out.style('bold', oneLine(project.name))} in ${oneLine(project.root, 400)}`);
    if (verify.length === 0) out.line('verify   none: no test command was found');
    for (const command of verify)
      out.line(`verify   ${oneLine(command, 200)}${verify_from === null ? '' : ` (from ${oneLine(verify_from)})`}`);
    if (written.length > 0) out.line(`wrote    ${written.join(', ')}`);
    if (kept.length > 0) out.line(`kept     ${kept.join(', ')}`);
    for (const warning of warnings) out.line(`${out.style('yellow', 'note')}     ${oneLine(warning, 400)}`);
    const asked = await askProposed(app, project, shell);
    if (!asked.ok) return asked;
    out.line('');
    out.line('Next: llmclis task add "What shall be done"   (or write it into plans.md)');
    out.line('Then: llmclis orchestrate');
    if (out.isJson) out.json(report.value);
    return ok(0);
  },
});
