import type { App } from '../../app.ts';
import { fail, ok } from '../../core/failure.ts';
import { oneLine, plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Output } from '../output.ts';
import { askYesNo, canAsk } from '../prompt.ts';
import { formatTable } from '../table.ts';

export const memoryEnable = defineCommand({
  name: 'memory enable',
  summary: 'Let recall search by meaning too, with vectors made on this machine.',
  about:
    'Words find most of what is remembered; vectors also find what is said in other words. They are made by an ONNX model in a folder of this machine, in a thread of its own, or by Ollama. For the former @huggingface/transformers is installed into LLMCLIS_HOME/embedder when it is not there (about 330 MB). Nothing is written into your settings before one vector was made. What is remembered already gets its vectors in the background (llmclis memory reindex makes them now); until all are there, and after any trouble, recall goes on with text alone. A change of model goes the same way: the old vectors serve until the new ones are all made.',
  args: {},
  flags: {
    model: {
      type: 'string',
      value: 'FOLDER',
      help: 'Folder with config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx or model_quantized.onnx; with --download the name on the hub.',
    },
    ollama: { type: 'string', value: 'NAME', help: 'An embedding model of Ollama, such as nomic-embed-text.' },
    download: {
      type: 'boolean',
      help: 'Get the model from its hub; its name and size are asked first. Without --model: all-MiniLM-L6-v2.',
    },
    yes: { type: 'boolean', help: 'Download without asking.' },
  },
  examples: [
    { command: 'llmclis memory enable --ollama nomic-embed-text', does: 'Ollama makes the vectors.' },
    {
      command: 'llmclis memory enable --model ~/models/all-MiniLM-L6-v2',
      does: 'A model that is there; no network but for the package.',
    },
    { command: 'llmclis memory enable --download', does: 'A small English model from its hub, 24 MB.' },
  ],
  run: async (app: Pick<App, 'enableEmbedder'>, { flags }, out, shell) => {
    const confirm = async (question: string): Promise<boolean> =>
      flags.yes || (canAsk(shell) && (await askYesNo(question, shell)));
    if (flags.download && !flags.yes && !canAsk(shell))
      return fail('input.invalid', 'Nobody can be asked whether the download is wanted.', 'Add --yes.');
    const wish = { download: flags.download, ...given({ model: flags.model, ollama: flags.ollama }) };
    const enabled = await app.enableEmbedder(wish, { say: out.note, confirm, signal: shell.interrupts() });
    if (!enabled.ok) return enabled;
    const { model, dimension, file, overridden } = enabled.value;
    out.line(`Vectors are made by ${oneLine(model, 200)}, with ${dimension} numbers each. Written to ${file}.`);
    if (overridden !== null) out.note(`${overridden} is set in your environment, and wins over it.`);
    out.line('Make the vectors of what is remembered now: llmclis memory reindex');
    if (out.isJson) out.json(enabled.value);
    return ok(0);
  },
});

export const memoryDisable = defineCommand({
  name: 'memory disable',
  summary: 'Search by words alone again; vectors that were made stay.',
  args: {},
  flags: {},
  examples: [{ command: 'llmclis memory disable', does: 'Writes embedder: off into your config.yaml.' }],
  run: async (app: Pick<App, 'disableEmbedder'>, _input, out) => {
    const disabled = await app.disableEmbedder();
    if (!disabled.ok) return disabled;
    out.line(`Recall uses words alone. Written to ${disabled.value.file}.`);
    if (out.isJson) out.json(disabled.value);
    return ok(0);
  },
});

type Status = Extract<Awaited<ReturnType<App['memoryStatus']>>, { ok: true }>['value'];
const MEGABYTE = 1_000_000;
const size = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

function showStatus(status: Status, out: Output): void {
  const { embedder, problem, entries, models, signals, consumers, bytes } = status;
  out.line(
    `${plural(entries.live, 'entry is', 'entries are')} remembered (${entries.all} with what was superseded, wrong or forgotten); ${size(bytes.database)}, vectors ${size(bytes.vectors)} of it.`,
  );
  if (embedder.kind === 'off') out.line('Recall uses words alone. Add vectors: llmclis memory enable');
  else
    out.line(
      `Vectors are made by ${embedder.kind}: ${oneLine(embedder.model ?? 'no model', 200)} (${embedder.from}). Index: ${status.index}.`,
    );
  if (problem !== null)
    out.lines([`${out.style('red', 'trouble:')} ${oneLine(problem.message, 500)}`, `next: ${problem.hint}`]);
  if (models.length > 0) {
    const rows = models.map(model => [
      oneLine(model.name, 80),
      model.state,
      `${model.dimension}`,
      `${model.made}`,
      `${model.to_make}`,
      `${model.refused}`,
    ]);
    out.line('');
    out.lines(
      formatTable(
        ['model', 'state', 'numbers', 'made', 'to make', 'refused'].map(title => ({ title })),
        rows,
      ),
    );
  }
  if (signals.length > 0) {
    const rows = signals.map(({ project, correlation, entries: measured, used }) => [
      oneLine(project, 60),
      correlation.toFixed(3),
      `${measured}`,
      used ? 'used' : 'off: no signal',
    ]);
    out.line('');
    out.lines(
      formatTable([{ title: 'project' }, { title: 'signal' }, { title: 'entries' }, { title: 'vectors' }], rows),
    );
  }
  if (consumers.length > 0) {
    out.line('');
    out.lines(
      formatTable(
        [{ title: 'derived' }, { title: 'behind' }, { title: 'trouble' }],
        consumers.map(({ name, lag, trouble }) => [name, `${lag}`, oneLine(trouble, 200)]),
      ),
    );
  }
}

export const memoryStatus = defineCommand({
  name: 'memory status',
  summary: 'Show what makes vectors, how many are made, where they help, and what is behind.',
  about:
    'The signal of a project is how much its vectors agree with its words, measured on its own entries: below 0.1 vectors say nothing there and recall leaves them out. A project of fewer than 40 entries takes what the model shows on known sentences.',
  args: {},
  flags: {},
  examples: [
    { command: 'llmclis memory status --json', does: 'As {"embedder", "models", "signals", "consumers", "bytes", …}.' },
  ],
  run: async (app: Pick<App, 'memoryStatus'>, _input, out) => {
    const status = await app.memoryStatus();
    if (!status.ok) return status;
    showStatus(status.value, out);
    if (out.isJson) out.json(status.value);
    return ok(0);
  },
});
