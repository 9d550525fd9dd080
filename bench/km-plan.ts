import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openApp } from '../src/app.ts';
import { parsePlan } from '../src/km/plan/parse.ts';
import { must } from './km-store.ts';
import { interleave, type Line, summarise } from './measure.ts';
import { peersFolder } from './peers.ts';

/** A plan of stages with ten tasks each, as a person would keep it. */
function planOf(tasks: number): string {
  const parts = Array.from({ length: tasks }, (_, index) => {
    const stage = index % 10 === 0 ? `\n## Stage ${index / 10 + 1} – Part ${index / 10 + 1} of the whole\n\n` : '';
    return `${stage}- [ ] **P${index + 1} – Make part ${index + 1}**\n  - **Description:** What part ${index + 1} does, and the checks that say so.\n  - **Created:** \`2026-11-21T09:00:00Z\` by \`bench\`\n`;
  });
  return `# The plan\n\nA paragraph of prose.\n${parts.join('')}`;
}

/** The plan in pieces of ten stages: as one text of this size the parser needs more memory than Node gives it. */
const pieces = (text: string): readonly string[] => {
  const stages = text.split(/(?=^## )/m);
  return Array.from({ length: Math.ceil(stages.length / 10) }, (_, at) => stages.slice(at * 10, at * 10 + 10).join(''));
};

type Parser = { readonly name: string; parse(text: string): unknown };

async function markdownParser(): Promise<Parser> {
  const folder = peersFolder();
  const file = join(folder ?? '', 'node_modules', 'mdast-util-from-markdown', 'index.js');
  if (folder === null || !existsSync(file)) return { name: 'our own parser', parse: parsePlan };
  const library: unknown = await import(pathToFileURL(file).href);
  if (typeof library !== 'object' || library === null || !('fromMarkdown' in library))
    throw new Error(`${file} has no fromMarkdown.`);
  const { fromMarkdown } = library as { fromMarkdown(text: string): unknown };
  return { name: 'mdast-util-from-markdown', parse: text => pieces(text).map(piece => fromMarkdown(piece)) };
}

/** Sync of a big plan file in one process, beside a Markdown parser that only reads it. */
export async function measurePlan(folder: string, tasks: number, turns: number): Promise<readonly Line[]> {
  const root = join(folder, 'planned');
  const home = join(folder, 'planned-home');
  mkdirSync(root);
  const plan = join(root, 'plans.md');
  writeFileSync(plan, planOf(tasks));
  const shipped = dirname(import.meta.dirname);
  const app = openApp({ env: { ...process.env, LLMCLIS_HOME: home }, cwd: root, version: '0.0.0', shipped });
  const km = must(app.km());
  const project = must(km.addProject({ name: 'planned', root }));
  const sync = async () => must(await app.syncPlans(project, 'bench'));
  await sync();
  const parser = await markdownParser();
  const text = readFileSync(plan, 'utf8');
  const times = await interleave(
    turns,
    {
      parse: () => parser.parse(text),
      'our parse': () => parsePlan(text),
      nothing: sync,
      async file(turn) {
        const now = readFileSync(plan, 'utf8');
        writeFileSync(plan, now.replace(`- [ ] **P${turn + 10} `, `- [x] **P${turn + 10} `));
        await sync();
      },
      async database(turn) {
        const task = must(km.task(project.id, `P${tasks / 2 + turn}`));
        must(km.appendTaskNote(task.id, 'One change of the bench.', 'bench'));
        await sync();
      },
    },
    1,
  );
  app.close();
  const floorIs = summarise(times('parse'));
  const line = (what: string, name: string, target: number | null): Line => {
    const ours = summarise(times(name));
    return { what, ours, floor: parser.name, floorIs, ratio: ours.min / floorIs.min, target };
  };
  return [
    line(`plan sync, ${tasks.toLocaleString('en')} tasks, no change`, 'nothing', 3),
    line('  one box ticked in the file', 'file', 3),
    line('  one note in the database', 'database', 3),
    line('  our parse alone', 'our parse', null),
  ];
}
