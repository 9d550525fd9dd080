import type { Exporter } from './exporter.ts';

/** Tasks as every `--json` shows them, with their notes. */
export const json: Exporter = {
  name: 'json',
  title: 'JSON',
  leaves_out: 'nothing of a task as it is now; its history is in llmclis export',
  write: ({ project, tasks }) => `${JSON.stringify({ project, tasks }, null, 2)}\n`,
};
