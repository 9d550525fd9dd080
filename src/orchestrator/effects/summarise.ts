import type { Role } from '../../agents/roles.ts';
import type { EventPayloads, NewEvent } from '../../core/event.ts';
import { extract } from '../../core/extract.ts';
import type { Message } from '../../core/model.ts';
import type { SummaryOf } from '../../core/recalled.ts';
import { checkSummary, type SummaryCheck } from '../../memory/summaries/check.ts';
import { summaryPrompt } from '../../memory/summaries/prompts.ts';
import type { Effects, Ports } from '../ports.ts';
import type { RunState } from '../state.ts';
import { extractedBody, taskSource } from '../summary-text.ts';
import { type OpenTurn, SUMMARY_CALL, spentOn, type TaskState, triesSoFar } from '../task-state.ts';
import { FRESH_TURN } from '../turn-state.ts';
import { askModel } from './model-call.ts';

/** A summary's calls are numbered apart from those of turns and critics. */
const SUMMARISER: Role = { name: 'writer', system: '', tools: [], max_calls: 2 };
/** Tokens of a source that a model is given at most. */
const SOURCE_TOKENS = 6_000;
const MOST_ANSWERS = 2;

type Written = Pick<EventPayloads['summary.written'], 'text' | 'by' | 'model' | 'because'>;
export type SummaryJob = {
  readonly kind: SummaryOf;
  readonly key: string;
  /** `S1.2 – Wrap lines`. */
  readonly about: string;
  readonly source: string;
  /** What is kept where no model's text can be. */
  readonly own: string;
  /** For the scope of the model: private tasks stay local. */
  readonly task: Pick<TaskState['task'], 'private' | 'tags'>;
  readonly try: number;
  readonly spent: { task: number; run: number };
  /** Answers of the model that the journal has already. */
  readonly answers: readonly string[];
  readonly closed: RunState['closed'];
  /** Most answers that a model is asked for. */
  readonly most: number;
};

/** Asks the cheapest fit model for the summary that the task in hand needs next. */
export async function* summarise(
  state: RunState,
  task: TaskState,
  kind: 'task' | 'handoff',
  ports: Ports,
  signal: AbortSignal,
): Effects {
  const { key, title } = task.task;
  const end = task.ended?.end;
  const said = end?.kind === 'finished' || end?.kind === 'handed_off' ? end.summary : '';
  const job: SummaryJob = {
    kind,
    key,
    about: `${key} – ${title}`,
    source: ports.redact(taskSource(task, said)),
    own: ports.redact(extractedBody(task, said)),
    task: task.task,
    try: triesSoFar(task) + 1,
    spent: { task: spentOn(task), run: state.usd },
    answers: task.summary_answers,
    closed: state.closed,
    most: MOST_ANSWERS,
  };
  const written = yield* writeSummary(job, ports, signal);
  yield { type: 'summary.written', task: key, kind, ...written };
}

/** A model's summary where one can be had and keeps what matters; else the source's own words. A model in trouble fails nothing. */
export async function* writeSummary(
  job: SummaryJob,
  ports: Ports,
  signal: AbortSignal,
): AsyncGenerator<NewEvent, Written> {
  const source = extract(job.source, SOURCE_TOKENS);
  const rung = ports.models.summariser(job.task, job.closed, Math.ceil(source.length / 3));
  const { max_tokens } = rung;
  const own = (because: string): Written => ({ text: job.own, by: 'extract', model: null, because });
  if (rung.kind === 'none') return own(rung.because);
  const turn: OpenTurn = {
    ...FRESH_TURN,
    role: 'writer',
    model: rung.model,
    location: rung.location,
    try: job.try,
    step: 0,
    tree: '',
  };
  // One call and no waiting: what a summary is worth is soon less than what it holds up.
  const impatient: Ports = { ...ports, models: { ...ports.models, retryAfter: () => null } };
  let wrong: SummaryCheck | null = null;
  for (let answer = 0; answer < job.most; answer++) {
    let text = job.answers[answer];
    if (text === undefined) {
      const { system, user } = summaryPrompt({ kind: job.kind, about: job.about, source, max_tokens, wrong });
      const history: readonly Message[] = [
        { role: 'system', text: system },
        { role: 'user', text: user },
      ];
      const call = { key: job.key, turn, role: SUMMARISER, history, call: callOf(job.kind) + answer, spent: job.spent };
      const limits = { tools: [], compacted: [], max_output: max_tokens * 2 };
      const reply = yield* askModel({ ...call, ...limits }, impatient, signal);
      if (!reply.ok) return own(`${rung.model}: ${ports.redact(reply.error.message)}`);
      text = reply.value.message.text;
    }
    const clean = ports.redact(text).trim();
    const checked = checkSummary(source, clean, max_tokens);
    if (checked.ok) return { text: clean, by: 'model', model: rung.model, because: rung.because };
    wrong = checked;
  }
  return own(`${rung.model} ${wrong === null ? 'gave no summary' : sayWrong(wrong)}`);
}

const callOf = (kind: SummaryOf): number => SUMMARY_CALL + (kind === 'task' ? 0 : kind === 'handoff' ? 10 : 20);

function sayWrong({ missing, invented, too_long }: SummaryCheck): string {
  const few = (names: readonly string[]): string => names.slice(0, 3).join('; ');
  return [
    ...(missing.length > 0 ? [`left out ${few(missing)}`] : []),
    ...(invented.length > 0 ? [`made up ${few(invented)}`] : []),
    ...(too_long ? ['was too long'] : []),
  ].join(' and ');
}
