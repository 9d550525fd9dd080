import { fail, ok } from '../../core/failure.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { dotGraph, mermaidGraph } from '../graph-formats.ts';
import { graphLines } from '../graph-text.ts';
import { openProject, PROJECT_FLAG, type ReadsTasks } from '../project.ts';

const FORMATS = ['text', 'dot', 'mermaid'] as const;

export const graph = defineCommand({
  name: 'graph',
  summary: 'Show how the tasks hang together: what waits for what.',
  about:
    'Tasks that are done or given up are left out unless --all is given. Solid lines block, dashed ones relate, dotted ones lead from a task to the one whose work brought it to light. As JSON an edge reads from, kind, to: S1.1 blocks S1.2.',
  args: { key: { help: 'Only what this task or stage needs and what needs it.' } },
  flags: {
    format: {
      type: 'string',
      value: 'F',
      choices: FORMATS,
      help: 'A tree for people, or Graphviz or Mermaid; default text.',
    },
    depth: { type: 'number', value: 'N', min: 1, max: 1000, help: 'With KEY: at most so many steps away from it.' },
    all: { type: 'boolean', help: 'Tasks that are done or given up too.' },
    project_id: PROJECT_FLAG,
  },
  examples: [
    { command: 'llmclis graph', does: 'What is open, under each task what waits for it.' },
    { command: 'llmclis graph S1.2 --depth 1', does: 'What S1.2 waits for, and what waits for it.' },
    { command: 'llmclis graph --format dot', does: 'The same for Graphviz: … | dot -Tsvg > tasks.svg' },
    { command: 'llmclis graph --format mermaid --all', does: 'For a Markdown file, with everything.' },
  ],
  run: async (app: ReadsTasks, { args, flags }, out) => {
    if (flags.depth !== undefined && args.key === undefined)
      return fail('input.invalid', '--depth counts from a task.', 'Name it: llmclis graph KEY --depth 2');
    const at = await openProject(app, flags.project_id);
    if (!at.ok) return at;
    const { depth, all } = flags;
    const found = at.value.km.graph(at.value.project.id, given({ key: args.key, depth, all }));
    if (!found.ok) return found;
    const { nodes, edges } = found.value;
    if (out.isJson) out.json({ nodes, edges });
    else if (flags.format === 'dot') out.lines(dotGraph(found.value));
    else if (flags.format === 'mermaid') out.lines(mermaidGraph(found.value));
    else if (nodes.length === 0) out.line('No open task. With everything: llmclis graph --all');
    else out.lines(graphLines(found.value, out));
    return ok(0);
  },
});
