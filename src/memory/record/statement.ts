import { fail, ok, type Result } from '../../core/failure.ts';
import {
  GLOBAL_PROJECT,
  MEMORY_SCOPES,
  MEMORY_TYPES,
  type MemoryScope,
  type MemoryType,
  type StoreOptions,
  TRUSTS,
  type Trust,
} from '../memory.ts';
import type { NewEntry } from './keeper.ts';
import { hashOf, type Keeper, tokensOf } from './keeper.ts';
import { slotOf } from './slot.ts';

/** Who a person is, as the command line names them. */
export const PERSON = 'person';

/** A text as it was said, before anything is decided about it. */
export type Said = {
  readonly text: string;
  readonly projectId: number;
  readonly taskId: number | null;
  readonly type: MemoryType;
  readonly agent: string;
  readonly options: StoreOptions;
};

/** A tool's result is a tool's, whoever passes it on. */
export function trustOf(type: MemoryType, agent: string): Trust {
  if (type === 'tool_result') return 'tool';
  return agent === PERSON ? 'person' : 'agent';
}

/** The entry that a text would be: checked, without secrets, every field filled. */
export function readStatement(
  keeper: Keeper,
  { text: raw, projectId, taskId, type, agent, options }: Said,
): Result<NewEntry> {
  const text = keeper.keep(raw).trim();
  if (text === '') return fail('input.invalid', 'There is nothing to remember.', 'Give a text.');
  if (!MEMORY_TYPES.includes(type)) return unknown('memory type', type, MEMORY_TYPES);
  const scope = options.scope ?? (taskId === null ? 'project' : 'task');
  if (!MEMORY_SCOPES.includes(scope)) return unknown('scope', scope, MEMORY_SCOPES);
  const trust = options.trust ?? trustOf(type, agent);
  if (!TRUSTS.includes(trust)) return unknown('trust', trust, TRUSTS);
  const created_at = keeper.now();
  const [from, to] = [readTime(options.valid_from ?? null), readTime(options.valid_to ?? null)];
  if (!from.ok) return from;
  if (!to.ok) return to;
  const valid_from = from.value ?? created_at;
  if (from.value !== null && to.value !== null && to.value < from.value)
    return fail(
      'input.invalid',
      `It would stop being true (${to.value}) before it became true (${from.value}).`,
      'Give --valid_to a time after --valid_from.',
    );
  const kept = (value: string | undefined): string | null =>
    value === undefined ? null : keeper.keep(value).trim() || null;
  return ok({
    project_id: scope === 'global' ? GLOBAL_PROJECT : projectId,
    task_id: taskId,
    task_key: options.task_key ?? null,
    type,
    scope,
    text,
    text_sha256: hashOf(text),
    agent: keeper.keep(agent),
    model: options.model ?? null,
    source: keeper.keep(options.source ?? agent),
    session: kept(options.session),
    run_id: options.run_id ?? null,
    step: options.step ?? null,
    file: kept(options.file),
    lines: kept(options.lines),
    slot: kept(options.slot) ?? slotOf(text, type),
    created_at,
    updated_at: created_at,
    valid_from,
    valid_to: to.value,
    superseded_by: null,
    trust,
    tokens: tokensOf(text),
    seen: 1,
    pinned: false,
    status: to.value !== null && to.value <= created_at ? 'superseded' : 'live',
  });
}

const unknown = (what: string, value: string, all: readonly string[]): Result<never> =>
  fail('input.invalid', `There is no ${what} ${value}.`, `Take one of ${all.join(', ')}.`);

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** 30 February is none. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A day or a time in ISO 8601, as whole seconds in UTC, so that texts compare as times do. */
export function readTime(text: string | null): Result<string | null> {
  if (text === null) return ok(null);
  const zoned = /^[^T]+T[^Z+-]+$/.test(text) ? `${text}Z` : text;
  const day = text.slice(0, 10);
  const time = TIME.test(text) && isDay(day) ? Date.parse(zoned) : Number.NaN;
  if (!Number.isNaN(time)) return ok(`${new Date(time).toISOString().slice(0, 19)}Z`);
  return fail(
    'input.invalid',
    `${JSON.stringify(text.slice(0, 40))} is no time.`,
    'Give a day, 2026-11-21, or a time, 2026-11-21T09:00:00Z.',
  );
}

/** Raw texts are said by the way; a statement is made to be found again. */
const WEIGHT_OF: Readonly<Partial<Record<MemoryType, number>>> = {
  ...{ raw_interaction: 0, tool_result: 0 },
  ...{ decision: 2, lesson: 2, fact: 2 },
};

/** Whether a text that is known as one kind has become more by being said as another. */
export const isMoreThan = (said: MemoryType, known: MemoryType): boolean =>
  (WEIGHT_OF[said] ?? 1) > (WEIGHT_OF[known] ?? 1);

const WIDTHS = ['subtask', 'task', 'project', 'global'] as const satisfies readonly MemoryScope[];
const isWider = (one: MemoryScope, other: MemoryScope): boolean => WIDTHS.indexOf(one) > WIDTHS.indexOf(other);

/** How far a text holds that was said twice: as far as the wider saying; in the whole project when it was said of two tasks. */
export function widened(
  known: Pick<NewEntry, 'scope' | 'task_id'>,
  said: Pick<NewEntry, 'scope' | 'task_id'>,
): MemoryScope {
  if (isWider(said.scope, known.scope)) return said.scope;
  const ofTasks = isWider('project', known.scope);
  return ofTasks && said.task_id !== known.task_id ? 'project' : known.scope;
}
