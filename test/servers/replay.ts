import type { ReplayEntry } from '../../src/models/replay-script.ts';
import type { Fault, ParsedChat, Reply, ScriptedReply } from './scripted.ts';

/** What an entry that fails does on the wire; chosen by the server's own format. */
export type FaultOf = (entry: ReplayEntry) => Fault;

const noFault: FaultOf = ({ fail }) => ({
  kind: 'status',
  status: 500,
  body: { error: fail?.message ?? 'scripted failure' },
});

/**
 * Plays the entries of a replay script on a scripted server. The task is the first key K of the entries for which `Task K` stands in the
 * first user message; the try is the number of the last `Try N` in the user messages; the call is one more than the
 * replies in the request. An entry with a model answers only that model: `aliases` names models by their alias.
 */
export function fromReplayScript(
  entries: readonly ReplayEntry[],
  {
    aliases = {},
    faultOf = noFault,
  }: { readonly aliases?: Readonly<Record<string, string>>; readonly faultOf?: FaultOf } = {},
): Reply {
  return chat => {
    const key = keyOf(chat, entries);
    const entry = entries.find(
      one =>
        one.task === key.task &&
        one.try === key.try &&
        one.call === key.call &&
        (one.model === undefined || one.model === chat.model || one.model === aliases[chat.model]),
    );
    if (entry === undefined) {
      const error = `The script has no reply for task ${key.task}, try ${key.try}, call ${key.call}, model ${chat.model}.`;
      return { fault: { kind: 'status', status: 400, body: { error } } };
    }
    return replyOf(entry, faultOf);
  };
}

function keyOf({ messages }: ParsedChat, entries: readonly ReplayEntry[]) {
  const users = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
  const task = entries.find(entry => names(users[0] ?? '', entry.task))?.task ?? '?';
  const tries = [...users.join('\n').matchAll(/\bTry (\d+)/g)];
  const call = 1 + messages.filter(({ role }) => role === 'assistant').length;
  return { task, try: Number(tries.at(-1)?.[1] ?? 1), call };
}

/** `Task S1.1` is not named by `Task S1.10`, nor `Task S1` by `Task S1.1`. */
function names(text: string, task: string): boolean {
  for (let place = text.indexOf(`Task ${task}`); place >= 0; place = text.indexOf(`Task ${task}`, place + 1)) {
    const after = text.slice(place + 5 + task.length);
    if (!/^(\w|\.\w)/.test(after)) return true;
  }
  return false;
}

function replyOf(entry: ReplayEntry, faultOf: FaultOf): ScriptedReply {
  if (entry.fail !== undefined) return { fault: faultOf(entry) };
  return {
    ...(entry.text !== undefined && { text: entry.text }),
    ...(entry.calls !== undefined && { calls: entry.calls }),
    ...(entry.tokens !== undefined && { tokens: entry.tokens }),
  };
}
