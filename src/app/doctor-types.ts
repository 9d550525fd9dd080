import type { Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import type { ProbeOutcome } from '../workspace/sandbox/probes/run.ts';

/** One thing that was looked at. `warn` works but should be known; `bad` is something needed that is missing. */
export type Looked = {
  readonly area:
    | 'sandbox'
    | 'network'
    | 'secrets'
    | 'node'
    | 'git'
    | 'database'
    | 'vectors'
    | 'qdrant'
    | 'models'
    | 'disk'
    | 'settings';
  readonly state: 'ok' | 'warn' | 'bad';
  readonly says: string;
  /** What to do, one line each: sentences, commands, the text of a file. */
  readonly remedy: readonly string[];
};

export type DoctorReport = {
  readonly looked: readonly Looked[];
  /** Each attack and control, where they were asked for. */
  readonly probes?: readonly ProbeOutcome[];
};

/** The part of the app that looks after itself. */
export type DoctorCalls = {
  doctor(project: Project | null, options: { readonly probe: boolean }): Promise<Result<DoctorReport>>;
};
