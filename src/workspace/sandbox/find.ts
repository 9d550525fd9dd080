import { access, constants, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { isInside, realOrNull } from '../paths.ts';
import { supervise } from './supervise.ts';

/** A program of the system, as it was found. */
export type Bubblewrap = {
  /** Real absolute path. */
  readonly path: string;
  /** Such as `0.8.0`; empty when it does not say. */
  readonly version: string;
  readonly knows: { readonly disable_userns: boolean; readonly size: boolean };
};

type Places = {
  readonly path: string;
  /** Folders whose files a model may write. */
  readonly untrusted: readonly string[];
  readonly temp: string;
};

/** An absolute path of a `bwrap` that no model can have put there. */
export async function findBubblewrap(places: Places): Promise<string | null> {
  const folders = [...absolute(places.path), '/usr/bin', '/usr/local/bin', '/bin'];
  const untrusted = await Promise.all(
    [...places.untrusted, places.temp].map(folder => realpath(folder).catch(() => folder)),
  );
  for (const folder of folders) {
    const real = await realOrNull(join(folder, 'bwrap'));
    if (real === null || untrusted.some(place => isInside(place, real) || isInside(place, folder))) continue;
    if (await isProgram(real)) return real;
  }
  return null;
}

export const absolute = (path: string): string[] => path.split(':').filter(folder => isAbsolute(folder));

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Asks a bubblewrap which it is. */
export async function describeBubblewrap(path: string, temp: string, clock: Clock): Promise<Bubblewrap> {
  const [version, help] = await Promise.all(
    ['--version', '--help'].map(async word => {
      const launch = { file: path, args: [word], cwd: '/', env: {}, extra: [], timeout_s: 10 };
      const backend = { started: () => undefined, kill: async () => undefined, neverRan: () => null };
      const ran = await supervise({ ...launch, spill_file: join(temp, `bwrap${word}.txt`) }, backend, clock);
      return ran.ok ? ran.value.output : '';
    }),
  );
  const number = /(\d+\.\d+(?:\.\d+)?)/.exec(version ?? '')?.[1] ?? '';
  const said = help ?? '';
  return {
    path,
    version: number,
    knows: { disable_userns: said.includes('--disable-userns'), size: said.includes('--size ') },
  };
}
