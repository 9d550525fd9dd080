import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openApp } from '../../src/app.ts';
import { temporaryFolder } from '../support/repository.ts';
import { must } from './app.ts';

const SHIPPED = join(import.meta.dirname, '../..');

/** The app itself, in a home and a project of its own, with a clock that is moved by hand. */
export function realApp(home = join(temporaryFolder(), 'home')) {
  const cwd = join(home, '../project');
  mkdirSync(cwd, { recursive: true });
  let time = Date.UTC(2026, 10, 21, 9, 0, 0);
  let seed = 1;
  const clock = {
    now: () => new Date(time),
    random() {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    sleep: async () => {},
  };
  const app = openApp({ env: { LLMCLIS_HOME: home }, cwd, version: '1.2.3', shipped: SHIPPED, clock });
  onTestFinished(() => app.close());
  return {
    app,
    home,
    cwd,
    addProject: () => must(must(app.km()).addProject({ name: 'textkit', root: cwd })),
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}
