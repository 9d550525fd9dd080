import type { CheckBench } from '../core/check.ts';
import { fail } from '../core/failure.ts';
import { shellQuoted } from '../core/shell-quote.ts';
import type { FileChange, Workspace } from '../core/workspace.ts';

/** Where checks look: a workspace that stands on exactly the tree that is checked, and what it is compared with. */
export function checkBench(options: {
  readonly workspace: Pick<Workspace, 'root' | 'read' | 'list' | 'run'>;
  readonly changes: readonly FileChange[];
  before(path: string): Promise<string | null>;
  readonly timeout_s: number;
  redact(text: string): string;
}): CheckBench {
  const { workspace, changes, before, timeout_s, redact } = options;
  return {
    root: workspace.root,
    read: path => workspace.read(path),
    list: () => workspace.list(),
    run(command, { timeout_s: limit, env = {} }, signal) {
      const wrong = Object.keys(env).find(name => !/^[A-Za-z_]\w*$/.test(name));
      if (wrong !== undefined)
        return Promise.resolve(
          fail('input.invalid', `${JSON.stringify(wrong)} is no name of a variable.`, 'Use letters, digits and _.'),
        );
      const exports = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuoted(value)};`);
      return workspace.run([...exports, command].join(' '), { timeout_s: limit, label: 'check' }, signal);
    },
    changes,
    before,
    timeout_s,
    redact,
  };
}
