import type { Failure, Result } from '../core/failure.ts';
import type { LanguageModel, ModelReply, ModelRequest } from '../core/model.ts';
import type { ReplayEntry } from './replay-script.ts';

export { printScript, type ReplayEntry } from './replay-script.ts';

/**
 * The same model, with each of its replies handed to `write` as an entry of a replay script, in the order they end. Calls that belong to
 * no task have no key and are not written, nor are calls that were aborted. Entries hold what the model said: redact
 * secrets before they are stored.
 */
export const recording = (model: LanguageModel, write: (entry: ReplayEntry) => void): LanguageModel => ({
  id: model.id,
  async *reply(request, signal) {
    const result = yield* model.reply(request, signal);
    if (request.about !== undefined) write(entryOf(request.about, model.id, result));
    return result;
  },
});

function entryOf(about: NonNullable<ModelRequest['about']>, model: string, result: Result<ModelReply>): ReplayEntry {
  const key = { task: about.task, try: about.try, call: about.call, role: about.role, model };
  return result.ok ? { ...key, ...replied(result.value) } : { ...key, fail: failed(result.error) };
}

function replied({ message, usage, stop, ms }: ModelReply): Partial<ReplayEntry> {
  const calls = message.calls.map(({ name, input }) => ({ name, input: { ...Object(input) } }));
  return {
    ...(message.text !== '' && { text: message.text }),
    ...(calls.length > 0 && { calls }),
    tokens: { ...usage },
    ms,
    ...(stop === 'length' && { cut: true }),
  };
}

const failed = ({ code, message, hint, details }: Failure): NonNullable<ReplayEntry['fail']> => ({
  code,
  message,
  hint,
  ...(details !== undefined && { details: { ...details } }),
});
