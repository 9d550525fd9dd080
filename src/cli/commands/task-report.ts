import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App, LogbookLink } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/sentence.ts';
import type { Task } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { AGENT_FLAG, type ChangesTasks, changeTask, PERSON, PROJECT_FLAG } from '../project.ts';
import type { Shell } from '../shell.ts';

const KEY = { required: true, help: 'The task’s key, for example S1.1.' } as const;
const FLAGS = {
  file: { type: 'string', value: 'F', help: 'More text for the entry, from a file; - reads it from stdin.' },
  agent: AGENT_FLAG,
  project_id: PROJECT_FLAG,
} as const;

type Reports = ChangesTasks & Pick<App, 'cwd' | 'reportIssue' | 'noteResearch'>;
type Given = {
  readonly args: { readonly key: string; readonly text: string };
  readonly flags: {
    readonly file?: string | undefined;
    readonly agent?: string | undefined;
    readonly project_id?: number | undefined;
  };
};

export const taskResearch = defineCommand({
  name: 'task research',
  summary: 'Write a question or finding about a task into research.md, and link it from the task.',
  about:
    'The entry is added at the end of research.md under the next number (RQ-001, …); the file is made when it is missing. The task gets the link, here and in its plan. The same words again find their entry.',
  args: { key: KEY, text: { required: true, rest: true, help: 'The question or finding, in one sentence.' } },
  flags: FLAGS,
  examples: [
    { command: 'llmclis task research S1.1 "Which runtime is quicker?"', does: 'Adds RQ-001 and links it.' },
    {
      command: 'llmclis task research S1.1 "vLLM is 2× quicker" --file notes.md --agent researcher',
      does: 'The same with the text of a file below it.',
    },
  ],
  run: (app: Reports, given, out, shell) => report(app, given, out, shell, app.noteResearch),
});

export const taskIssue = defineCommand({
  name: 'task issue',
  summary: 'Write what is wrong with a task into issues.md, and link it from the task.',
  about:
    'The entry is added at the end of issues.md under the next number (KM-001, …); the file is made when it is missing. The task keeps its status: llmclis task block says that it cannot go on.',
  args: { key: KEY, text: { required: true, rest: true, help: 'What is wrong, in one sentence.' } },
  flags: FLAGS,
  examples: [
    { command: 'llmclis task issue S1.1 "The API answers 500 for empty names"', does: 'Adds KM-001 and links it.' },
    { command: 'npm test 2>&1 | llmclis task issue S1.1 "Tests hang" --file -', does: 'With the output below it.' },
  ],
  run: (app: Reports, given, out, shell) => report(app, given, out, shell, app.reportIssue),
});

async function report(
  app: Reports,
  { args, flags }: Given,
  out: Output,
  shell: Shell,
  write: App['noteResearch'],
): Promise<Result<number>> {
  const agent = flags.agent ?? PERSON;
  const text = textOf(app.cwd, flags.file, shell);
  if (!text.ok) return text;
  let placed: LogbookLink | null = null;
  const options = { projectId: flags.project_id, agent, key: args.key };
  const task = await changeTask(app, options, async (before: Task, { project, km }) => {
    const entry = await write(project, { task: before, what: args.text, text: text.value, agent });
    if (!entry.ok) return entry;
    placed = entry.value;
    const { link } = entry.value;
    return before.links.includes(link) ? ok(before) : km.editTask(before.id, { links: [...before.links, link] }, agent);
  });
  if (!task.ok) return task;
  const { id, link }: LogbookLink = placed ?? { id: '', link: '' };
  out.line(`${task.value.key}  ${id}: ${oneLine(link)}`);
  if (out.isJson) out.json({ key: task.value.key, id, link, links: task.value.links });
  return ok(0);
}

function textOf(cwd: string, file: string | undefined, shell: Shell): Result<string> {
  if (file === undefined) return ok('');
  try {
    return ok(file === '-' ? shell.readStdin() : readFileSync(resolve(cwd, file), 'utf8'));
  } catch (problem) {
    const why = problem instanceof Error ? problem.message : String(problem);
    return fail('input.not_found', `${file} cannot be read: ${why}.`, 'Give the path of a text file, or - for stdin.');
  }
}
