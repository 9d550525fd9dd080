import { runTurn } from '../../agents/loop.ts';
import { openingMessages } from '../../agents/prompt.ts';
import { ROLE_TABLE } from '../../agents/roles.ts';
import type { NewEvent } from '../../core/event.ts';
import { type Permission, samePermission } from '../../core/permission.ts';
import type { RoleName } from '../../core/task.ts';
import type { Workspace } from '../../core/workspace.ts';
import { quoteMemory } from '../../memory/quote.ts';
import { writeBrief } from '../brief.ts';
import type { Decision } from '../decision.ts';
import type { Effect, Effects, Ports, WorkspaceHolder } from '../ports.ts';
import { mayTell } from '../recall.ts';
import type { RunState } from '../state.ts';
import { handoverText } from '../summary-text.ts';
import { isTesting, type OpenTurn, spentOn, type TaskState, triesSoFar } from '../task-state.ts';
import { FRESH_TURN } from '../turn-state.ts';
import { askModel } from './model-call.ts';
import { remember } from './remember.ts';
import { workspaceOf } from './reopen.ts';
import { stopping } from './stopping.ts';

/** Begins a turn of a role on the routed model and goes on until it ends. */
export async function* startTurn(
  state: RunState,
  task: TaskState,
  decision: Extract<Decision, { kind: 'turn' }>,
  ports: Ports,
  holder: WorkspaceHolder,
  signal: AbortSignal,
): Effects {
  const { role, route } = decision;
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  const workspace = opened.value;
  const previous = task.attempts.findLast(attempt => attempt.role === role);
  const climbs = route.action === 'escalate' && previous !== undefined && previous.model !== route.model;
  const bare = climbs || isTesting(task, { role });
  if (bare && task.start_tree !== null) {
    const reset = await workspace.reset(task.start_tree);
    if (!reset.ok) return yield stopping(reset.error);
  }
  let text = task.brief;
  if (text === null) {
    const brief = await writeBrief(task, role, route, ports);
    text = brief.text;
    yield { type: 'brief.written', task: task.task.key, role, ...brief, because: whyRole(task, role) };
  }
  const tree = await workspace.snapshot();
  if (!tree.ok) return yield stopping(tree.error);
  const { model, location, because, passed_over } = route;
  const begun = {
    task: task.task.key,
    model,
    location,
    role,
    try: triesSoFar(task) + 1,
    step: state.steps + 1,
    because,
    passed_over,
    tree: tree.value,
  };
  const escalated = climbs ? (): readonly NewEvent[] => climb(task, role, previous.model, route, ports) : () => [];
  yield () => [...escalated(), { type: 'turn.started', ...begun }];
  yield* talk({ state, task, text, workspace, turn: { ...begun, ...FRESH_TURN } }, ports, signal);
}

/** Another model takes the work over: what the last one leaves is remembered. */
function climb(
  task: TaskState,
  role: RoleName,
  from: string,
  { model, because }: { readonly model: string; readonly because: string },
  ports: Ports,
): readonly NewEvent[] {
  const handover = { from: `${role} on ${from}`, to: `${role} on ${model}`, said: '' };
  const text = handoverText(task, handover, task.summary?.text ?? null);
  const by = { model: task.summary?.model ?? from };
  return [
    ...remember(task, text, 'handoff_summary', role, ports, by),
    { type: 'escalated', task: task.task.key, from, to: model, because },
  ];
}

/** Takes up a turn in its middle, after the process that ran it died. */
export async function* continueTurn(
  state: RunState,
  task: TaskState,
  ports: Ports,
  holder: WorkspaceHolder,
  signal: AbortSignal,
): Effects {
  const opened = await workspaceOf(task, ports, holder);
  if (!opened.ok) return yield stopping(opened.error);
  if (task.turn === null || task.brief === null) throw new Error('There is no turn to continue.');
  yield* talk({ state, task, text: task.brief, workspace: opened.value, turn: task.turn }, ports, signal);
}

type Talk = {
  readonly state: RunState;
  readonly task: TaskState;
  readonly text: string;
  readonly workspace: Workspace;
  readonly turn: OpenTurn;
};

async function* talk(
  { state, task, text, workspace, turn }: Talk,
  ports: Ports,
  signal: AbortSignal,
): AsyncGenerator<Effect, void> {
  const role = ROLE_TABLE[turn.role];
  const key = task.task.key;
  const spent = { task: spentOn(task), run: state.usd };
  const messages = [...openingMessages(role, text), ...turn.messages];
  const compacted = [...turn.compacted];
  const conversation = {
    messages,
    calls: turn.calls,
    pending: turn.pending,
    found_done: await foundDone(turn, workspace),
    end: turn.end,
  };
  const deps = {
    task: key,
    context: toolContext(task, turn, workspace, ports),
    ask: (history: typeof messages, call: number) =>
      askModel({ key, turn, role, history, call, spent, compacted }, ports, signal),
  };
  const events = runTurn(role, conversation, { ...deps, ask: (history, call) => deps.ask([...history], call) }, signal);
  for (let step = await events.next(); ; step = await events.next()) {
    if (!step.done) {
      yield step.value;
      continue;
    }
    const { model, location } = turn;
    yield { type: 'turn.ended', task: key, role: turn.role, model, location, try: turn.try, end: step.value };
    return;
  }
}

const toolContext = (task: TaskState, turn: OpenTurn, workspace: Workspace, ports: Ports) => ({
  workspace,
  redact: ports.redact,
  permission: (wanted: Permission) => {
    const { km, project, isOpenBySetting } = ports;
    const word = km.grants(project.id).find(grant => samePermission(grant, wanted));
    if (word === undefined) return isOpenBySetting(wanted) ? ('allowed' as const) : ('open' as const);
    return word.allowed ? ('allowed' as const) : ('denied' as const);
  },
  recall: async (query: string) => {
    const hits = await ports.memory.queryMemory(query, { projectId: ports.project.id, role: turn.role, topK: 5 });
    // A tester is not told what others did on the task: it would be repeated in the test.
    const isHidden = (key: string | null): boolean => isTesting(task, turn) && key === task.task.key;
    return hits
      .filter(hit => mayTell(hit, turn.location, ports) && !isHidden(hit.task_key))
      .map(hit => quoteMemory(hit));
  },
  note: (text: string) => {
    const agent = `${turn.role} (${turn.model})`;
    const { km } = ports;
    const clean = ports.redact(text);
    const there = km.notes(task.task.id).some(note => note.text === clean && note.agent === agent);
    if (!there) km.appendTaskNote(task.task.id, clean, agent);
  },
});

/** After a crash: was the edit that had begun done? Its file's hash tells. */
async function foundDone(turn: OpenTurn, workspace: Workspace): Promise<string | null> {
  if (turn.edit === null) return null;
  const now = await workspace.planWrite(turn.edit.path, '');
  return now.ok && now.value.before === turn.edit.after ? turn.edit.call_id : null;
}

function whyRole(task: TaskState, role: RoleName): string {
  if (role === 'manager') return 'the task has no description or nothing that checks it';
  if (isTesting(task, { role })) return 'no check fails on the base, so one is written first';
  return task.attempts.length === 0 ? 'the task has a description and checks' : 'an earlier try failed';
}
