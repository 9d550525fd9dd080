import type { App } from '../../app.ts';
import { ROUTING_MODES } from '../../core/event.ts';
import { ok } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import { ATTEMPT_FAILURES, ROLES } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { listGiven } from './task-add.ts';

export const routerExplain = defineCommand({
  name: 'router explain',
  summary: 'Say which model a job would get, by which rule, and which it passed over.',
  args: {},
  flags: {
    role: { type: 'string', value: 'R', choices: ROLES, help: 'The role that works; default coder.' },
    attempts: { type: 'number', value: 'N', min: 0, max: 100, help: 'Tries the task already had.' },
    failure: { type: 'string', value: 'F', choices: ATTEMPT_FAILURES, help: 'How the last try failed.' },
    est_tokens: { type: 'number', value: 'N', min: 0, help: 'Tokens the job has to read, estimated.' },
    tag: { type: 'list', value: 'T', help: 'A tag of the task.' },
    priority: { type: 'number', value: 'N', min: 0, max: 4, help: 'The priority of the task.' },
    mode: { type: 'string', value: 'MODE', choices: ROUTING_MODES, help: 'Default: as the settings say.' },
    registry: { type: 'string', value: 'FILE', help: 'The model registry to use.' },
  },
  examples: [
    { command: 'llmclis router explain --role coder', does: 'The first try of a coder.' },
    {
      command: 'llmclis router explain --attempts 2 --failure checks_failed',
      does: 'After two tries whose checks failed.',
    },
  ],
  run: async (app: Pick<App, 'explainRoute'>, { flags }, out) => {
    const { attempts, failure, est_tokens, priority, mode, registry } = flags;
    const tags = listGiven(flags.tag);
    const route = await app.explainRoute({
      role: flags.role ?? 'coder',
      ...given({ attempts, failure, est_tokens, tags, priority, mode, registry }),
    });
    if (!route.ok) return route;
    const { role, model, location, rule, because, ladder, passed_over } = route.value;
    out.line(`${out.style('bold', model ?? 'no model')}${location === null ? '' : ` (${location})`} for the ${role}`);
    out.line(`because  ${oneLine(because, 400)}`);
    if (rule !== null) out.line(`rule     ${oneLine(rule)}`);
    out.line(`ladder   ${ladder.map(rung => oneLine(rung)).join(' → ')}`);
    for (const passed of passed_over) out.line(`not      ${oneLine(passed.model)}: ${oneLine(passed.because, 400)}`);
    if (out.isJson) out.json(route.value);
    return ok(0);
  },
});
