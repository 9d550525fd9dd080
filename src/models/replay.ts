import { readFile } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { err, FAILURES, type FailureCode, fail, failure, ok, type Result } from '../core/failure.ts';
import type { LanguageModel, ModelPart, ModelReply, ModelRequest } from '../core/model.ts';
import { estimateUsage } from './estimate.ts';
import { callIds } from './ids.ts';
import { keyText, parseScript, type ReplayEntry } from './replay-script.ts';
import type { ModelConfig, Provider, ProviderConfig } from './types.ts';

const PARTS = 4;

/** Answers from a script instead of a model. Calls made again after a scripted failure get the next entry of their key. */
export async function openReplay(config: ProviderConfig, clock: Clock): Promise<Provider> {
  const script = await load(config);
  const failed = new Set<ReplayEntry>();
  return {
    model: model => replayModel(model, config, script, failed, clock),
    async status(signal) {
      signal?.throwIfAborted();
      const about = { provider: config.name, base_url: config.script ?? '' };
      if (!script.ok) return { ...about, reachable: false, problem: script.error, models: [] };
      const names = new Set(script.value.flatMap(({ model }) => (model === undefined ? [] : [model])));
      return { ...about, reachable: true, models: [...names].sort().map(name => ({ name })) };
    },
  };
}

async function load({ name, script }: ProviderConfig): Promise<Result<readonly ReplayEntry[]>> {
  if (script === undefined) {
    return fail('input.invalid', `The replay provider ${name} has no script.`, 'Give it one: script: PATH.');
  }
  let text: string;
  try {
    text = await readFile(script, 'utf8');
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return fail('input.not_found', `The replay script cannot be read: ${because}`, 'Correct its path in the registry.');
  }
  return parseScript(text, script);
}

function replayModel(
  model: ModelConfig,
  { name, script: path, pace_ms = 0 }: ProviderConfig,
  script: Result<readonly ReplayEntry[]>,
  failed: Set<ReplayEntry>,
  clock: Clock,
): LanguageModel {
  return {
    id: model.alias,
    async *reply(request, signal) {
      signal?.throwIfAborted();
      if (!script.ok) return script;
      const began = clock.now().getTime();
      const entry = findEntry(script.value, request, model.alias, failed);
      if (entry === undefined) return missing(request, model.alias, path ?? name);
      for (const part of partsOf(entry.text ?? '')) {
        if (pace_ms > 0) await clock.sleep(pace_ms, signal);
        signal?.throwIfAborted();
        yield part;
      }
      if (entry.fail !== undefined) {
        failed.add(entry);
        return err(failureOf(entry.fail));
      }
      return ok(replyOf(entry, request, clock.now().getTime() - began));
    },
  };
}

/** The first entry for this call that has not failed yet, else the last that has. */
function findEntry(
  entries: readonly ReplayEntry[],
  { about }: ModelRequest,
  alias: string,
  failed: ReadonlySet<ReplayEntry>,
): ReplayEntry | undefined {
  if (about === undefined) return undefined;
  const fitting = entries.filter(
    entry =>
      entry.task === about.task &&
      entry.try === about.try &&
      entry.call === about.call &&
      (entry.model === undefined || entry.model === alias) &&
      (entry.role === undefined || entry.role === about.role),
  );
  return fitting.find(entry => !failed.has(entry)) ?? fitting.at(-1);
}

function missing({ about }: ModelRequest, alias: string, path: string): Result<never> {
  const key = about === undefined ? 'a call that belongs to no task' : `${keyText(about)}, role ${about.role}`;
  return fail(
    'replay.missing',
    `The replay script ${path} has no reply for ${key}, model ${alias}.`,
    'Add that reply to the script, or record the run again.',
  );
}

function partsOf(text: string): readonly ModelPart[] {
  const size = Math.max(1, Math.ceil(text.length / PARTS));
  const parts: ModelPart[] = [];
  for (let place = 0; place < text.length; place += size) {
    parts.push({ type: 'text', text: text.slice(place, place + size) });
  }
  return parts;
}

function failureOf({ code, message, hint, details }: NonNullable<ReplayEntry['fail']>) {
  const known = Object.keys(FAILURES).find((name): name is FailureCode => name === code) ?? 'provider.bad_request';
  const next = hint ?? 'The script says that this call fails.';
  return details === undefined ? failure(known, message, next) : failure(known, message, next, details);
}

function replyOf(entry: ReplayEntry, request: ModelRequest, elapsed: number): ModelReply {
  const newId = callIds(request);
  const text = entry.text ?? '';
  const calls = entry.cut === true ? [] : (entry.calls ?? []).map(call => ({ id: newId(), ...call }));
  const size = text.length + (calls.length > 0 ? JSON.stringify(entry.calls).length : 0);
  return {
    message: { role: 'assistant', text, calls },
    usage: entry.tokens ?? estimateUsage(request, size),
    stop: entry.cut === true ? 'length' : calls.length > 0 ? 'tool_use' : 'end',
    ms: entry.ms ?? elapsed,
  };
}
