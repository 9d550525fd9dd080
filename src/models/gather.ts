import { err, ok, type Result } from '../core/failure.ts';
import type { ToolCall, ToolSpec, Usage } from '../core/model.ts';
import { broken, type Ended } from './converse.ts';
import type { Where } from './failures.ts';
import type { callIds } from './ids.ts';
import { isRecord, parseLoosely } from './json.ts';
import { parseTextCalls } from './text-calls.ts';

/** A call as the server sent it: arguments are an object, or JSON in a string. */
export type NativeCall = { readonly id: string | null; readonly name: string; readonly input: unknown };

/** What came of a server that has local models behind it: calls of its own, or a text that may have calls in it. */
export type Gathered = {
  readonly text: string;
  readonly native: readonly NativeCall[];
  readonly tools: readonly ToolSpec[];
  readonly usage: Usage;
  readonly cut: boolean;
  readonly newId: ReturnType<typeof callIds>;
  readonly where: Where;
};

export function gather({ text, native, tools, usage, cut, newId, where }: Gathered): Result<Ended> {
  const printed = native.length > 0 ? null : parseTextCalls(text, tools);
  const begun = printed === null || printed.calls.length > 0 || printed.open;
  const said = printed?.text ?? text;
  if (cut) return ok({ text: said, calls: [], usage, cut, begun });
  if (printed !== null && printed.broken !== null) return err(broken(where, printed.broken, usage));
  const calls: ToolCall[] = (printed?.calls ?? []).map(call => ({ id: newId(), ...call }));
  for (const call of native) {
    const input = typeof call.input === 'string' ? parseLoosely(call.input.trim() || '{}') : (call.input ?? {});
    if (!isRecord(input)) return err(broken(where, `the arguments of ${call.name} are no JSON object.`, usage));
    calls.push({ id: newId(call.id), name: call.name, input });
  }
  return ok({ text: said, calls, usage, cut, begun });
}
