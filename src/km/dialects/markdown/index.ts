import type { Dialect } from '../dialect.ts';
import { checklist } from './checklist.ts';
import { conductor } from './conductor.ts';
import { execPlan } from './execplan.ts';
import { headed } from './headed.ts';
import { kiro, openSpec } from './numbered.ts';
import { obsidian } from './obsidian.ts';
import { specKit } from './spec-kit.ts';
import { taskTable } from './task-table.ts';
import { todoMd } from './todo-md.ts';

/** The dialects of markdown plans; each knows its own by the content, not by the file's name. */
export const MARKDOWN_DIALECTS: readonly Dialect[] = [
  headed,
  specKit,
  openSpec,
  kiro,
  conductor,
  execPlan,
  obsidian,
  todoMd,
  taskTable,
  checklist,
];
