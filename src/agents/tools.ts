import { z } from 'zod';
import type { TurnEnd } from '../core/event.ts';
import type { Result } from '../core/failure.ts';
import { ROLES } from '../core/task.ts';
import { answering, complained, defineTool, type StartedCall, said, type Tool, type ToolOutput } from '../core/tool.ts';
import type { PlannedEdit } from '../core/workspace.ts';
import { clipped, window } from './answer.ts';
import type { ToolContext } from './context.ts';
import { requestPermission } from './permission-tool.ts';

const trouble = (error: { message: string; hint: string }): ToolOutput => complained(`${error.message}\n${error.hint}`);

/** `defineTool` with its parts in a row, so that the table below reads like one. */
const tool = <Schema extends z.ZodType>(
  name: string,
  description: string,
  input: Schema,
  start: (input: z.output<Schema>, context: ToolContext) => Promise<StartedCall> | StartedCall,
): Tool<ToolContext> =>
  defineTool({ name, description, input, start: async (given, context) => clipped(await start(given, context)) });

/** A placeholder that the model saw in place of a secret of the file, and would now write over it; null when there is none. */
async function overwrittenSecret(
  { path, bytes }: PlannedEdit,
  { workspace, redact }: ToolContext,
): Promise<string | null> {
  const next = new TextDecoder().decode(bytes);
  if (!next.includes('[redacted:')) return null;
  const now = await workspace.read(path);
  if (!now.ok) return null;
  const shown = redact(now.value.text).match(/\[redacted:[^\]]{1,120}\]/g) ?? [];
  return shown.find(mark => !now.value.text.includes(mark) && next.includes(mark)) ?? null;
}

const edit = (planned: Result<PlannedEdit>, context: ToolContext): StartedCall => {
  const { workspace } = context;
  if (!planned.ok) return answering(trouble(planned.error));
  const { path, before, after, bytes, note } = planned.value;
  return {
    edit: { path, before, after },
    async run() {
      if (before === after) return complained(`${path} has exactly this content already; nothing was changed.`);
      const mark = await overwrittenSecret(planned.value, context);
      if (mark !== null)
        return complained(
          `${path} holds a secret that you see as ${mark}: this would write the mark over it. Change the lines around it with edit_file.`,
        );
      const applied = await workspace.apply(planned.value);
      return applied.ok
        ? said(
            `${before === null ? 'Made' : 'Changed'} ${path} (${bytes.length} bytes).${note === undefined ? '' : ` ${note}`}`,
          )
        : trouble(applied.error);
    },
  };
};

const ending = (end: TurnEnd): StartedCall => ({ run: async () => ({ ...said('The turn ends here.'), end }) });

const path = z.string().min(1).describe('relative to the root of the worktree');

export const TOOLS: readonly Tool<ToolContext>[] = [
  tool(
    'read_file',
    'Read a text file. Long files come in pieces: offset is the first line (from 1), limit the number of lines; column is the first character (from 1) of very long lines.',
    z.strictObject({
      path,
      offset: z.int().min(1).optional(),
      limit: z.int().min(1).optional(),
      column: z.int().min(1).optional(),
    }),
    ({ path, offset, limit, column }, { workspace }) => ({
      async run() {
        const file = await workspace.read(path);
        return file.ok ? said(window(file.value.text, { offset, limit, column })) : trouble(file.error);
      },
    }),
  ),
  tool(
    'write_file',
    'Write a whole file; makes it and its folders when they are not there.',
    z.strictObject({ path, content: z.string() }),
    async ({ path, content }, context) => edit(await context.workspace.planWrite(path, content), context),
  ),
  tool(
    'edit_file',
    'Replace one piece of a file. `old` must occur in it exactly once; copy it to the letter.',
    z.strictObject({ path, old: z.string().min(1), new: z.string() }),
    async ({ path, old, new: next }, context) => edit(await context.workspace.planReplace(path, old, next), context),
  ),
  tool(
    'list_files',
    'List the files git knows or would add, under a folder and matching a glob such as src/**/*.ts.',
    z.strictObject({ path: path.optional(), glob: z.string().optional() }),
    ({ path, glob }, { workspace }) => ({
      async run() {
        const files = await workspace.list(path, glob);
        if (!files.ok) return trouble(files.error);
        const shown = files.value.slice(0, 500).join('\n');
        return said(
          files.value.length > 500
            ? `${shown}\n[${files.value.length - 500} more; narrow it with path or glob]`
            : shown || 'No file matches.',
        );
      },
    }),
  ),
  tool(
    'search_text',
    'Find lines that match a JavaScript regular expression.',
    z.strictObject({ pattern: z.string().min(1), path: path.optional() }),
    ({ pattern, path }, { workspace }) => ({
      async run() {
        const found = await workspace.search(pattern, path);
        if (!found.ok) return trouble(found.error);
        return said(
          found.value.map(match => `${match.path}:${match.line}: ${match.text}`).join('\n') || 'No line matches.',
        );
      },
    }),
  ),
  tool(
    'run_command',
    'Run a shell command in the worktree; no network but the hosts a person allowed. Answers with its exit code and output. timeout_s: default 120, at most 600.',
    z.strictObject({ command: z.string().min(1), timeout_s: z.number().min(1).max(600).optional() }),
    ({ command, timeout_s }, { workspace }) => ({
      async run(signal) {
        const result = await workspace.run(command, { timeout_s: timeout_s ?? 120, label: 'command' }, signal);
        if (!result.ok) return trouble(result.error);
        const { exit, timed_out, output, file } = result.value;
        const state = timed_out ? `Killed after ${timeout_s ?? 120} s` : `Exit ${exit ?? 'by a signal'}`;
        return { text: `${state}\n${output}${file === null ? '' : '\n[the output was cut]'}`, is_error: exit !== 0 };
      },
    }),
  ),
  tool(
    'recall',
    'Search what earlier work on this project left in memory.',
    z.strictObject({ query: z.string().min(1) }),
    ({ query }, context) => ({
      run: async () => said((await context.recall(query)).join('\n') || 'Nothing is remembered about this.'),
    }),
  ),
  tool(
    'note',
    'Keep a dated note on the task, for people and for later turns.',
    z.strictObject({ text: z.string().min(1) }),
    ({ text }, context) => ({
      async run() {
        context.note(text);
        return said('Noted.');
      },
    }),
  ),
  tool(
    'hand_off',
    'End your turn and pass the task to another role, with all it needs to know.',
    z.strictObject({ role: z.enum(ROLES), summary: z.string().min(1) }),
    ({ role, summary }) => ending({ kind: 'handed_off', to: role, summary }),
  ),
  tool(
    'ask',
    'End your turn with a question that only a person can answer. The task waits for the answer.',
    z.strictObject({ question: z.string().min(1) }),
    ({ question }) => ending({ kind: 'asked', question }),
  ),
  requestPermission,
  tool(
    'finish',
    'Say that the task is done and end your turn. The checks are run then, and decide.',
    z.strictObject({ summary: z.string().min(1) }),
    ({ summary }) => ending({ kind: 'finished', summary }),
  ),
];
