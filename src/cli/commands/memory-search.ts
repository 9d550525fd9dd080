import type { App } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { plural } from '../../core/line.ts';
import { readMoment } from '../../core/moment.ts';
import { oneLine } from '../../core/sentence.ts';
import { ROLES } from '../../core/task.ts';
import type { Explained, MemoryHit } from '../../memory/memory.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { TYPES } from '../memory-words.ts';
import type { Output } from '../output.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';
import { formatTable } from '../table.ts';
import { cleanText } from '../task-text.ts';

/** Characters of a hit that a list shows; the JSON has all of it. */
const HIT_CHARACTERS = 400;
const LEFT_OUT_CHARACTERS = 60;

export const memorySearch = defineCommand({
  name: 'memory search',
  summary: 'Search what the project remembers, best first; asks no language model.',
  about:
    'Finds words in all their forms, identifiers by a part of them, and with an embedder what is said in other words. What was superseded, marked wrong or forgotten is left out. The same search fills the briefs of a run.',
  args: { query: { required: true, rest: true, help: 'What to look for.' } },
  flags: {
    type: { type: 'string', value: 'T', choices: TYPES, help: 'Only texts of this kind.' },
    task: { type: 'string', value: 'KEY', help: 'Only about this task.' },
    top_k: { type: 'number', value: 'N', min: 1, max: 1000, help: 'At most so many; default 5.' },
    budget: { type: 'number', value: 'TOKENS', min: 1, help: 'At most so many estimated tokens of text together.' },
    role: { type: 'string', value: 'R', choices: ROLES, help: 'Weigh kinds of texts as this role needs them.' },
    as_of: {
      type: 'string',
      value: 'TIME',
      help: 'What was known and true then: how long ago (3d), a day, or a time in UTC.',
    },
    all: { type: 'boolean', help: 'Superseded and wrong texts too; never above what replaced them.' },
    explain: { type: 'boolean', help: 'Show what each score is made of, and what was left out and why.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis memory search "time zone"', does: 'With the score of each hit and where it came from.' },
    { command: 'llmclis memory search "time zone" --explain', does: 'With the parts of each score.' },
    { command: 'llmclis memory search port --as_of 2w', does: 'What the project knew two weeks ago.' },
    { command: 'llmclis memory search slugify --type task_summary --json', does: 'As {"hits": […]}.' },
  ],
  run: async (app: ReadsTasks & Pick<App, 'memory' | 'memoryNotices' | 'now'>, { args, flags }, out) => {
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const { km, project } = at.value;
    const task = flags.task === undefined ? ok(null) : km.task(project.id, flags.task);
    if (!task.ok) return task;
    const asOf: Result<Date | undefined> =
      flags.as_of === undefined ? ok(undefined) : readMoment(flags.as_of, app.now());
    if (!asOf.ok) return asOf;
    const memory = await app.memory();
    if (!memory.ok) return memory;
    const query = args.query.trim();
    if (query === '')
      return fail('input.invalid', 'There is nothing to look for.', 'Give words: llmclis memory search "time zone"');
    const explained = await memory.value.explainMemory(query, {
      projectId: project.id,
      all: flags.all,
      ...given({ taskId: task.value?.id, type: flags.type, topK: flags.top_k, budget: flags.budget, role: flags.role }),
      ...given({ asOf: asOf.value?.toISOString() }),
    });
    for (const { message, hint } of await app.memoryNotices()) out.note(`${message} ${hint}`);
    const { hits } = explained;
    if (hits.length === 0 && explained.left_out.length > 0)
      out.line('What is remembered about it does not fit into the budget. Give more: --budget 500');
    else if (hits.length === 0) out.line(`Nothing is remembered about ${JSON.stringify(oneLine(query))}.`);
    const now = app.now();
    for (const hit of hits) show(hit, now, out);
    if (flags.explain) explain(explained, out);
    if (out.isJson) out.json(flags.explain ? explained : { hits });
    return ok(0);
  },
});

function show(hit: MemoryHit, now: Date, out: Output): void {
  const { status, valid_to } = hit;
  const until = status === 'superseded' && valid_to !== null && new Date(valid_to) > now;
  const about = [
    hit.type,
    hit.task_key ?? hit.scope,
    hit.created_at.slice(0, 10),
    oneLine(hit.source),
    ...(status === 'live' ? [] : [until ? `until ${valid_to.slice(0, 10)}` : status]),
    ...(hit.place === null ? [] : [oneLine(hit.place)]),
  ].join(' · ');
  const text = hit.text.length > HIT_CHARACTERS ? `${hit.text.slice(0, HIT_CHARACTERS - 1)}…` : hit.text;
  out.line(`${out.style('bold', `${hit.id}`)}  ${hit.score.toFixed(2)}  ${out.style('dim', about)}`);
  out.lines(
    cleanText(text)
      .split('\n')
      .map(line => `    ${line}`.trimEnd()),
  );
}

const REASONS = {
  quota: 'others of its kind fill their part',
  duplicate: 'says the same as',
  budget: 'does not fit into the budget',
  beyond: 'others are better',
} as const;

function explain({ hits, words, matched, weighed, vectors, left_out }: Explained, out: Output): void {
  const names = [...new Set(hits.flatMap(({ parts }) => Object.keys(parts)))];
  if (hits.length > 0) {
    out.line('');
    const columns = ['score', ...names].map(title => ({ title, align: 'right' as const }));
    const rows = hits.map(({ id, score, parts }) => [
      `${id}`,
      score.toFixed(3),
      ...names.map(name => (parts[name] === undefined ? '' : parts[name].toFixed(3))),
    ]);
    out.lines(formatTable([{ title: 'hit', align: 'right' }, ...columns], rows));
  }
  out.line('');
  for (const { word, entries, parts } of words)
    out.line(`${oneLine(word)}: ${entries} as a word${parts > 0 ? `, ${parts} as a part of one` : ''}`);
  out.line(
    `${plural(matched, 'entry shares', 'entries share')} a word with it, ${weighed} were weighed, vectors ${vectors ? 'took part' : 'had nothing to say'}.`,
  );
  for (const { id, because, of, text } of left_out)
    out.line(
      `not ${id}: ${REASONS[because]}${of === null ? '' : ` ${of}`} · ${oneLine(text).slice(0, LEFT_OUT_CHARACTERS)}`,
    );
}
