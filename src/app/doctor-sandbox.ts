import type { Settings } from '../core/settings.ts';
import { type BubblewrapOptions, bubblewrapSandbox } from '../workspace/sandbox/bubblewrap.ts';
import { type ProbeOutcome, probeSandbox } from '../workspace/sandbox/probes/run.ts';
import { runtimeSandbox } from '../workspace/sandbox/runtime.ts';
import { escapesOf, selfTest } from '../workspace/sandbox/self-test.ts';
import type { Borders } from './borders.ts';
import type { AppCore } from './core.ts';
import type { Looked } from './doctor-types.ts';
import { bubblewrapHere, remedyHere } from './machine.ts';
import { bubblewrapOptions, selfTestOf } from './sandbox.ts';

type Wish = {
  readonly root: string;
  /** Null when they cannot be read. */
  readonly settings: Settings | null;
  readonly borders: Borders;
  readonly probe: boolean;
};
type SandboxLook = { readonly looked: Looked; readonly probes: readonly ProbeOutcome[] | null };

const bad = (says: string, remedy: readonly string[]): Looked => ({ area: 'sandbox', state: 'bad', says, remedy });

/** What protects the machine from the commands of models: it is tried, not only looked for. */
export async function lookAtSandbox(core: AppCore, wish: Wish): Promise<SandboxLook> {
  const options = bubblewrapOptions(core, { root: wish.root }, memoryOf(wish.settings), wish.borders);
  if (process.platform === 'darwin') return { looked: await lookAtRuntime(options), probes: null };
  const made = await bubblewrapSandbox(options);
  if (!made.ok) {
    const remedy = await remedyHere(core, options, made.error.message);
    return { looked: bad(remedy.message, remedy.steps), probes: null };
  }
  const probes = wish.probe ? await probeSandbox(options) : null;
  if (probes !== null && !probes.ok) return { looked: bad(probes.error.message, [probes.error.hint]), probes: null };
  const tested = probes === null ? await selfTest(options, selfTestOf(core)) : null;
  const found = probes?.value ?? null;
  const escapes = found === null ? [] : escapesOf(found);
  if (tested !== null && !tested.ok) return { looked: bad(tested.error.message, [tested.error.hint]), probes: null };
  if (escapes.length > 0) {
    const says = `These attacks get through: ${escapes.map(({ name }) => name).join(', ')}.`;
    return { looked: bad(says, ['Run no untrusted model here.', 'Update bubblewrap and the kernel.']), probes: found };
  }
  const bwrap = await bubblewrapHere(core, options);
  const { memory_mb, processes, file_mb } = options.limits;
  const limits = `A command gets ${memory_mb} MB of memory, ${processes} processes, ${file_mb} MB for one file.`;
  return {
    looked: judged(
      `bubblewrap ${bwrap?.version ?? ''} protects you, and holds off every known attack. ${limits}`,
      wish.settings,
    ),
    probes: found,
  };
}

async function lookAtRuntime(options: BubblewrapOptions): Promise<Looked> {
  const made = await runtimeSandbox({ ...options, from: null });
  if (!made.ok) return bad(made.error.message, [made.error.hint]);
  return { area: 'sandbox', state: 'ok', says: 'sandbox-runtime protects you.', remedy: [] };
}

const memoryOf = (settings: Settings | null): Pick<Settings, 'memory_mb'> =>
  settings ?? { memory_mb: { value: null, from: 'default' } };

function judged(says: string, settings: Settings | null): Looked {
  const setting = settings?.sandbox;
  if (setting?.value === 'none') {
    const off = `Switched off (${setting.where ?? setting.from}): what models write can reach all your files. It would work: ${says}`;
    return { area: 'sandbox', state: 'warn', says: off, remedy: ['Take the setting out: sandbox: none'] };
  }
  if (process.getuid?.() !== 0) return { area: 'sandbox', state: 'ok', says, remedy: [] };
  const root = `${says} You are root, though: if the kernel had a hole, a command would be root too.`;
  return { area: 'sandbox', state: 'warn', says: root, remedy: ['Run llmclis as an ordinary user where you can.'] };
}
