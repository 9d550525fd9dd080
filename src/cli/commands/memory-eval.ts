import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import { plural } from '../../core/line.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { formatTable } from '../table.ts';

const INTERRUPTED = 130;

export const memoryEval = defineCommand({
  name: 'memory eval',
  summary: 'Measure recall on a corpus with questions, in a throw-away database.',
  about:
    'Stores each line of the corpus and asks each question, as memory add and memory search do, and says how many of the texts that answer a question are among the first 5 and 10 (recall), where the first of them stands (MRR) and how high they stand (nDCG). Questions of the category adversarial, about what was never said, are not in the overall figures. A line of the corpus is {"id", "text", "project"?, "session"?, "agent"?, "date"?, "type"?}, of the questions {"query", "relevant": [ids], "project"?, "category"?}; files of LoCoMo are taken as they are.',
  args: {},
  flags: {
    corpus: { type: 'string', value: 'FILE', required: true, help: 'The texts, one JSON object on each line.' },
    queries: { type: 'string', value: 'FILE', required: true, help: 'The questions, one JSON object on each line.' },
    embedder: {
      type: 'string',
      value: 'MODEL',
      help: 'With vectors of a model folder, of ollama:NAME, or of what your settings name: settings. Default: words alone.',
    },
  },
  examples: [
    {
      command: 'llmclis memory eval --corpus turns.jsonl --queries questions.jsonl',
      does: 'A line of figures for each category, and overall.',
    },
    {
      command:
        'llmclis memory eval --corpus turns.jsonl --queries questions.jsonl --embedder ~/models/all-MiniLM-L6-v2',
      does: 'The same with vectors.',
    },
  ],
  run: async (app: Pick<App, 'evaluateMemory'>, { flags }, out, shell) => {
    const signal = shell.interrupts();
    const report = await app.evaluateMemory({
      corpus: flags.corpus,
      queries: flags.queries,
      ...given({ embedder: flags.embedder }),
      signal,
      onProgress: ({ what, done, of }) => out.note(`${what} ${done} of ${of}`),
    });
    if (!report.ok) return report;
    const { overall, categories, entries, projects, vectors, seconds, left_out, unknown } = report.value;
    const rows = [...categories, { category: 'overall', ...overall }].map(one => [
      one.category,
      `${one.queries}`,
      ...[one.recall_5, one.recall_10, one.mrr, one.ndcg_10].map(figure => figure.toFixed(3)),
    ]);
    const titles = ['questions', 'R@5', 'R@10', 'MRR', 'nDCG@10'];
    out.lines(formatTable([{ title: 'category' }, ...titles.map(title => ({ title, align: 'right' as const }))], rows));
    const by = vectors === 0 ? 'words alone' : `words and ${plural(vectors, 'vector', 'vectors')}`;
    out.line(
      `${plural(entries, 'entry', 'entries')} in ${plural(projects, 'project', 'projects')}, ${by}, ${seconds} s.`,
    );
    if (left_out > 0)
      out.line(`${plural(left_out, 'question', 'questions')} without a text that answers them left out.`);
    if (unknown > 0) out.line(`${unknown} of the texts that answer are not in the corpus.`);
    if (out.isJson) out.json(report.value);
    return ok(signal.aborted ? INTERRUPTED : 0);
  },
});
