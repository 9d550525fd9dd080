import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/km/database.ts';
import { SHIPPED } from './run.ts';

const FILES = ['plans.md', 'issues.md', 'research.md', 'llmclis.yaml', 'model_registry.yaml', '.git/HEAD'];

/** Every row of every table, and the bytes of the files that people and the tool share: equal before and after when nothing was changed. */
export function dump({ home, root }: { readonly home: string; readonly root: string }) {
  const opened = openDatabase(join(home, 'llmclis.db'), { migrations: join(SHIPPED, 'drizzle') });
  if (!opened.ok) throw new Error(opened.error.message);
  const { sqlite } = opened.value;
  const names = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
  const tables = Object.fromEntries(
    names.map(name => [String(name), sqlite.prepare(`SELECT * FROM "${String(name)}"`).all()]),
  );
  sqlite.close();
  const files = Object.fromEntries(
    FILES.map(name => [name, existsSync(join(root, name)) ? readFileSync(join(root, name), 'latin1') : null]),
  );
  return { tables, files };
}
