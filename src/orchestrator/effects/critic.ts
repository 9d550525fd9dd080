import { CRITIC_TOOLS, criticMessages, readCritic } from '../../agents/critic.ts';
import type { Role } from '../../agents/roles.ts';
import { readCheckText } from '../../core/check-text.ts';
import type { NewEvent } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import type { Message, ModelReply } from '../../core/model.ts';
import { criticChecks } from '../check-list.ts';
import type { Effects, Ports } from '../ports.ts';
import type { RunState } from '../state.ts';
import { type OpenTurn, spentOn, type TaskState } from '../task-state.ts';
import { sayResult } from '../verdict.ts';
import { askModel } from './model-call.ts';

const DIFF_CHARS = 30_000;
/** The critic's calls are numbered apart from those of the turn that it judges. */
const FIRST_CALL = 101;
const CRITIC: Role = { name: 'tester', system: '', tools: [], max_calls: 2 };
const NO_ANSWER = 'That was no answer. Call accept or refuse.';

/** Asks a second model for objections. It may only refuse; one that cannot be asked, or gives no answer, has none. */
export async function* askCritic(state: RunState, task: TaskState, ports: Ports, signal: AbortSignal): Effects {
  const { ended, work, start_tree: start } = task;
  if (ended === null || work === null || start === null) throw new Error('There is no work to criticise.');
  const said = (model: string, accepts: boolean, detail: string, asked: boolean): NewEvent => ({
    type: 'critic.said',
    task: task.task.key,
    tree: work.tree,
    model,
    accepts,
    detail: ports.redact(detail),
    asked,
  });
  const rung = ports.models.critic(task, ended.model, state.closed);
  if (rung.kind === 'none') return yield said('', true, rung.because, false);
  const patch = await ports.repository.patch(start, work.tree, DIFF_CHARS);
  const history = [
    ...criticMessages({
      task: task.task,
      looks: criticChecks(task, ended.role, ports.commands).map(lookOf),
      diff: patch.ok ? ports.redact(patch.value) : patch.error.message,
      evidence: task.work_checks.map(result => `\`${result.command}\`: ${sayResult(result)}`),
    }),
  ];
  const turn: OpenTurn = { ...ended, ...rung, role: 'tester', ...NO_TURN };
  const spent = { task: spentOn(task), run: state.usd };
  for (let call = FIRST_CALL; call < FIRST_CALL + CRITIC.max_calls; call++) {
    const reply = yield* ask({ key: task.task.key, turn, history, call, spent }, ports, signal);
    if (!reply.ok) return yield said(rung.model, true, reply.error.message, false);
    const answer = readCritic(reply.value.message.calls);
    if (answer?.accepts === true) return yield said(rung.model, true, '', true);
    if (answer?.accepts === false)
      return yield said(rung.model, false, `${answer.because} A test that shows it: ${answer.test_to_write}`, true);
    history.push(...reminder(reply.value.message));
  }
  yield said(rung.model, true, 'It gave no answer.', false);
}

const NO_TURN = { messages: [], calls: 0, pending: [], edit: null, end: null, compacted: [] } as const;

/** The words of `@critic "…"`. */
function lookOf(command: string): string {
  const read = readCheckText(command);
  if (!read.ok) return command;
  return [...read.value.words, ...read.value.options.map(([, value]) => value)].join(' ');
}

/** A call of a tool that is not there needs its result, or no server takes the history. */
const reminder = (message: ModelReply['message']): readonly Message[] => [
  message,
  ...message.calls.map(({ id, name }) => ({
    role: 'tool' as const,
    call_id: id,
    name,
    text: NO_ANSWER,
    is_error: true,
  })),
  ...(message.calls.length === 0 ? [{ role: 'user' as const, text: NO_ANSWER }] : []),
];

async function* ask(
  call: {
    readonly key: string;
    readonly turn: OpenTurn;
    readonly history: readonly Message[];
    readonly call: number;
    readonly spent: { task: number; run: number };
  },
  ports: Ports,
  signal: AbortSignal,
): AsyncGenerator<NewEvent, Result<ModelReply>> {
  const reply = yield* askModel({ ...call, role: CRITIC, tools: CRITIC_TOOLS, compacted: [] }, ports, signal);
  return reply.ok ? ok(reply.value) : reply;
}
