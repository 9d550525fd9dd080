// The knowledge manager beside its floors and its peers. npm run bench -- km [--quick] [store|past|next|commands|plan|crowd …]
// Peers: LLMCLIS_PEERS is a folder with node_modules (backlog.md, task-master-ai, mdast-util-from-markdown).
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, cpus, loadavg, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCommands, measureNext } from './km-cli.ts';
import { isPerfect, measureCrowd } from './km-crowd.ts';
import { measurePlan } from './km-plan.ts';
import { measurePast, measureStore } from './km-store.ts';
import { isMet, type Line, markdown, table } from './measure.ts';
import { findPeers } from './peers.ts';

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const parts = words.filter(word => !word.startsWith('--'));
const { peers, missing } = findPeers();
const folder = mkdtempSync(join(tmpdir(), 'llmclis-bench-'));
const sizes = quick
  ? {
      store: 20_000,
      turns: 1_000,
      rows: 10_000,
      many: 10_000,
      starts: 8,
      tasks: 1_000,
      rounds: 2,
      plan: 1_000,
      adds: 3,
      kills: 4,
    }
  : {
      store: 1_000_000,
      turns: 5_000,
      rows: 100_000,
      many: 100_000,
      starts: 40,
      tasks: 10_000,
      rounds: 5,
      plan: 10_000,
      adds: 25,
      kills: 20,
    };

const measurements: Readonly<Record<string, () => Promise<readonly Line[]>>> = {
  store: () => measureStore(join(folder, 'store.db'), sizes.store, sizes.turns),
  past: () => measurePast(join(folder, 'past.db'), sizes.rows),
  next: () => measureNext(folder, 100, sizes.many, sizes.starts),
  // On few tasks the peers are no measure: the targets are for 10,000.
  commands: async () => {
    const lines = await measureCommands(folder, sizes.tasks, sizes.rounds, peers);
    return quick ? lines.map(line => ({ ...line, target: null })) : lines;
  },
  plan: () => measurePlan(folder, sizes.plan, 3),
};
const wanted = (name: string): boolean => parts.length === 0 || parts.includes(name);

/** Before the neighbours, where the system lets it: a busy machine takes a process away every few milliseconds, in any operation. */
function comeFirst(): string {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
    return 'the highest priority';
  } catch {
    return 'the usual priority';
  }
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, load ${loadavg()[0]?.toFixed(1)}, ${comeFirst()}`,
);
for (const name of missing) console.log(`left out, not found: ${name}`);
let failed = false;
try {
  for (const [name, measure] of Object.entries(measurements)) {
    if (!wanted(name)) continue;
    const lines = await measure();
    failed ||= lines.some(line => !isMet(line));
    console.log(`\n${table(lines)}`);
  }
  if (wanted('crowd')) {
    // Many processes for minutes, and no time is measured: nobody has to stand back for that.
    setPriority(constants.priority.PRIORITY_NORMAL);
    const crowds = await measureCrowd(folder, peers, {
      adds: sizes.adds,
      tasks: quick ? 100 : 1_000,
      kills: sizes.kills,
    });
    const head = ['8 processes at once', 'different tasks taken', 'acknowledged adds lost', 'tasks lost by kill -9'];
    console.log(
      `\n${markdown(
        head,
        crowds.map(({ name, claims, adds, kills }) => [name, claims, adds, kills]),
      )}`,
    );
    failed ||= crowds.slice(0, 1).some(ours => !isPerfect(ours));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed ? '\nA target was missed.' : '\nEvery target was met.');
process.exitCode = failed ? 1 : 0;
