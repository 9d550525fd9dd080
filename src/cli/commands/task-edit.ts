import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { QUEUES, ROLES, type Task } from '../../core/task.ts';
import type { TaskEdit } from '../../km/km.ts';
import { BULK_FLAGS, changeTasks, KEYS, showChanged } from '../bulk.ts';
import { defineCommand } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import { given } from '../given.ts';
import { mustHold } from '../held.ts';
import {
  AGENT_FLAG,
  type AtProject,
  type ChangesTasks,
  CLAIM_FLAG,
  PERSON,
  PROJECT_FLAG,
  wholeKeys,
} from '../project.ts';
import { checklistGiven, checksGiven, listGiven, readDescription, TASK_FLAGS, tiesGiven } from './task-add.ts';

const EDIT_FLAGS = {
  title: { type: 'string', value: 'TITLE', help: 'Its new title.' },
  ...TASK_FLAGS,
  role: { type: 'string', value: 'R', choices: [...ROLES, 'none'], help: 'Who works on it.' },
  parent: { type: 'string', value: 'KEY', help: 'The stage or task it belongs to; "" for none.' },
  complexity: { type: 'number', value: 'N', min: 0, max: 10, help: 'From 1, small, to 10; 0 for none.' },
  queue: { type: 'string', value: 'Q', choices: QUEUES, help: 'What kind of worker it waits for.' },
  assignee: { type: 'string', value: 'NAME', help: 'Who is meant to do it; "" for nobody.' },
  due: { type: 'string', value: 'DAY', help: 'When it must be done, such as 2026-12-31; "" for no day.' },
  'add-tag': { type: 'list', value: 'T', help: 'One more tag, beside those it has.' },
  'remove-tag': { type: 'list', value: 'T', help: 'A tag to take away.' },
  'no-private': { type: 'boolean', help: 'Cloud models may see it again.' },
} as const satisfies FlagTable;
type Flags = FlagValues<typeof EDIT_FLAGS>;

/** `""` stands for nothing. */
const orNone = (text: string | undefined): string | null | undefined => (text === '' ? null : text);

function checkFlags(flags: Flags): Result<void> {
  if (flags.private && flags['no-private'])
    return fail('input.invalid', 'A task is either private or not.', 'Give --private or --no-private, not both.');
  if (flags.tag.length > 0 && (flags['add-tag'].length > 0 || flags['remove-tag'].length > 0))
    return fail('input.invalid', '--tag replaces all tags.', 'Give --tag, or --add-tag and --remove-tag, not both.');
  return ok(undefined);
}

function tagsOf(before: Task, flags: Flags): readonly string[] | undefined {
  const [more, less] = [listGiven(flags['add-tag']), listGiven(flags['remove-tag'])];
  if (more === undefined && less === undefined) return listGiven(flags.tag);
  return [...before.tags, ...(more ?? [])].filter(tag => less?.includes(tag) !== true);
}

type Texts = Pick<TaskEdit, 'description' | 'checks'>;

/** What the flags make of this task. */
function editOf(at: AtProject, before: Task, flags: Flags, texts: Texts): TaskEdit {
  const fields = given({
    title: flags.title?.trim(),
    ...texts,
    acceptance: flags.acceptance,
    checklist: checklistGiven(flags.checklist, before.checklist),
    links: listGiven(flags.link),
    protect: listGiven(flags.protect),
    allow: listGiven(flags.allow),
    priority: flags.priority,
    complexity: flags.complexity === 0 ? null : flags.complexity,
    role: ROLES.find(role => role === flags.role) ?? (flags.role === 'none' ? null : undefined),
    queue: flags.queue,
    assignee: orNone(flags.assignee),
    due: orNone(flags.due),
    tags: tagsOf(before, flags),
    parent: flags.parent ? wholeKeys(at, [flags.parent])[0] : orNone(flags.parent),
    private: flags.private ? true : flags['no-private'] ? false : undefined,
  });
  return { ...fields, ...tiesGiven(at, flags) };
}

export const taskEdit = defineCommand({
  name: 'task edit',
  summary: 'Change tasks, here and in their plan.',
  about: 'What is not given stays. A list that is given replaces the old one; "" empties it.',
  args: { key: KEYS },
  flags: { ...EDIT_FLAGS, ...BULK_FLAGS, claim: CLAIM_FLAG, agent: AGENT_FLAG, project_id: PROJECT_FLAG },
  examples: [
    { command: 'llmclis task edit S1.1 --priority 0', does: 'Makes it the most urgent.' },
    {
      command: 'llmclis task edit S1.1 --verify "npm test" --tag ""',
      does: 'Gives it one check and takes its tags away.',
    },
    {
      command: 'llmclis task edit --where "under:S2 is:open" --add-tag later --priority 4 --dry_run',
      does: 'Shows what all open tasks of S2 would become; without --dry_run it is done, all or nothing.',
    },
  ],
  run: async (app: ChangesTasks & Pick<App, 'cwd' | 'readCheck'>, { args, flags }, out, shell) => {
    const description = readDescription(app, flags, shell);
    if (!description.ok) return description;
    const checks = await checksGiven(app, flags.verify);
    if (!checks.ok) return checks;
    const texts = given({ description: description.value, checks: checks.value });
    const fine = checkFlags(flags);
    if (!fine.ok) return fine;
    const { claim, where, dry_run, yes, project_id: projectId, agent = PERSON } = flags;
    const bulk = { name: 'task edit', keys: args.key, where, dry_run, yes, projectId, agent };
    const changed = await changeTasks(app, bulk, (before, at) => {
      const held = mustHold(at.km, before, claim);
      if (!held.ok) return held;
      const edit = editOf(at, before, flags, texts);
      if (Object.keys(edit).length === 0)
        return fail('input.invalid', 'Nothing was given to change.', 'See what can be changed: llmclis help task edit');
      return at.km.editTask(before.id, edit, agent);
    });
    return showChanged(changed, out);
  },
});
