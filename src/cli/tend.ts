import type { App } from '../app.ts';
import type { Shell } from './shell.ts';

/** Milliseconds a command may spend on what waits after it has written. */
const PATIENCE_MS = 1_000;

/** Milliseconds between two looks while a screen is open, and for one. */
const IDLE_MS = 3_000;
const SLICE_MS = 300;

/** While a screen is open: what waits is followed piece by piece. Nothing is printed, the screen has the terminal. */
export async function tendWhile(app: Pick<App, 'tendMemory'>, { sleep }: Shell, open: AbortSignal): Promise<void> {
  while (!open.aborted) {
    await sleep(IDLE_MS, open);
    if (!open.aborted) await app.tendMemory({ signal: open, milliseconds: SLICE_MS });
  }
}

/** After a command has written: some of what follows the record is done at once, and what cannot be done now is said in one line. */
export async function tend(app: Pick<App, 'tendMemory'>, { out, interrupts }: Shell): Promise<void> {
  const tended = await app.tendMemory({ signal: interrupts(), milliseconds: PATIENCE_MS });
  if (!tended.ok) return out.note(`${tended.error.message} ${tended.error.hint}`);
  const { waiting, troubles } = tended.value;
  for (const { message, hint } of troubles)
    out.note(`${message} ${waiting > 0 ? 'What waits is delivered later.' : hint}`);
}
