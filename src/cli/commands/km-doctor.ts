import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';

export const kmDoctor = defineCommand({
  name: 'km doctor',
  summary: 'Check the database: integrity, references, counters against a recount, triggers, claims, search.',
  about:
    'Changes nothing, unless --repair says so, and then only counters, which can be counted again. Exit 0 when all is well, 3 when something was found that is still so.',
  args: {},
  flags: { repair: { type: 'boolean', help: 'Count wrong counters again; nothing else is touched.' } },
  examples: [
    { command: 'llmclis km doctor', does: 'What is wrong, and the next step for each.' },
    { command: 'llmclis km doctor --repair', does: 'Puts wrong counters right and says which.' },
    {
      command: 'llmclis km doctor --json',
      does: 'As {"checked", "findings": [{"check", "message", "hint", "repairable"}], "repaired"}.',
    },
  ],
  run: async (app: Pick<App, 'kmDoctor'>, { flags }, out) => {
    const seen = await app.kmDoctor({ repair: flags.repair });
    if (!seen.ok) return seen;
    const { checked, findings, repaired = [] } = seen.value;
    out.lines(repaired.map(text => `${out.style('green', 'repaired')}  ${oneLine(text, 400)}`));
    for (const { check, message, hint } of findings) {
      out.line(`${out.style('red', check)}  ${oneLine(message, 400)}`);
      out.line(`  ${out.style('dim', `next: ${oneLine(hint, 200)}`)}`);
    }
    const verdict = findings.length === 0 ? 'all is well' : plural(findings.length, 'finding', 'findings');
    out.line(`${checked.join(', ')}: ${verdict}`);
    if (out.isJson) out.json({ checked, findings, repaired });
    return ok(findings.length === 0 ? 0 : 3);
  },
});
