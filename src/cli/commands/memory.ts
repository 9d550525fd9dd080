import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import type { Task } from '../../core/task.ts';
import type { MemoryType } from '../../memory/memory.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { AGENT_FLAG, type AtProject, openProject, PERSON, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { cleanText } from '../task-text.ts';

const TYPES = [
  'note',
  'decision',
  'design_doc',
  'code_snippet',
  'task_summary',
  'handoff_summary',
  'project_summary',
  'raw_interaction',
] as const satisfies readonly MemoryType[];

const TASK_FLAG = { type: 'string', value: 'KEY', help: 'Only about this task.' } as const;
/** Characters of a hit that a list shows; the JSON has all of it. */
const HIT_CHARACTERS = 400;

const taskOf = (at: AtProject, key: string | undefined): Result<Task | null> =>
  key === undefined ? ok(null) : at.km.task(at.project.id, key);

export const memoryAdd = defineCommand({
  name: 'memory add',
  summary: 'Remember a text: it is recalled for tasks it helps.',
  about: 'The same text again is kept once. Secrets are taken out before it is stored.',
  args: { text: { required: true, rest: true, help: 'What to remember.' } },
  flags: {
    type: { type: 'string', value: 'T', choices: TYPES, help: 'What kind of text it is; default note.' },
    task: { ...TASK_FLAG, help: 'The task it is about; default: the whole project.' },
    agent: AGENT_FLAG,
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis memory add "Dates are stored in UTC" --type decision', does: 'Known to every later task.' },
  ],
  run: async (app: ReadsTasks & Pick<App, 'memory'>, { args, flags }, out) => {
    const text = args.text.trim();
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const task = taskOf(at.value, flags.task);
    if (!task.ok) return task;
    const memory = await app.memory();
    if (!memory.ok) return memory;
    const stored = memory.value.storeMemory(
      text,
      at.value.project.id,
      task.value?.id ?? null,
      flags.type ?? 'note',
      flags.agent ?? PERSON,
      {
        task_key: task.value?.key ?? null,
      },
    );
    if (!stored.ok) return stored;
    out.line(stored.value.stored ? `Remembered as ${stored.value.id}.` : `Known already, as ${stored.value.id}.`);
    if (out.isJson) out.json(stored.value);
    return ok(0);
  },
});

export const memorySearch = defineCommand({
  name: 'memory search',
  summary: 'Search what the project remembers, best first; asks no model and no network.',
  args: { query: { required: true, rest: true, help: 'What to look for.' } },
  flags: {
    type: { type: 'string', value: 'T', choices: TYPES, help: 'Only texts of this kind.' },
    task: TASK_FLAG,
    top_k: { type: 'number', value: 'N', min: 1, max: 1000, help: 'At most so many; default 5.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis memory search "time zone"', does: 'With the score of each hit and where it came from.' },
    { command: 'llmclis memory search slugify --type task_summary --json', does: 'As {"hits": […]}.' },
  ],
  run: async (app: ReadsTasks & Pick<App, 'memory'>, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const task = taskOf(at.value, flags.task);
    if (!task.ok) return task;
    const memory = await app.memory();
    if (!memory.ok) return memory;
    const query = args.query.trim();
    if (query === '')
      return fail('input.invalid', 'There is nothing to look for.', 'Give words: llmclis memory search "time zone"');
    const hits = memory.value.queryMemory(query, {
      projectId: at.value.project.id,
      ...given({ taskId: task.value?.id, type: flags.type, topK: flags.top_k }),
    });
    if (hits.length === 0) out.line(`Nothing is remembered about ${JSON.stringify(oneLine(query))}.`);
    for (const hit of hits) {
      const about = [hit.type, hit.task_key ?? 'project', hit.created_at.slice(0, 10), oneLine(hit.source)].join(' · ');
      const text = hit.text.length > HIT_CHARACTERS ? `${hit.text.slice(0, HIT_CHARACTERS - 1)}…` : hit.text;
      out.line(`${out.style('bold', `${hit.id}`)}  ${hit.score.toFixed(2)}  ${out.style('dim', about)}`);
      out.lines(
        cleanText(text)
          .split('\n')
          .map(line => `    ${line}`.trimEnd()),
      );
    }
    if (out.isJson) out.json({ hits });
    return ok(0);
  },
});
