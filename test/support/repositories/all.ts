import { cargoTest, goOutside, goTest, makefileShell } from './compiled.ts';
import * as git from './git.ts';
import type { RepositoryKind } from './kinds.ts';
import { monorepo, notInstalled, vitest } from './node.ts';
import { pytestPlain, pytestVenv, pythonWithoutPackages, unittestOnly } from './python.ts';

/** The ten kinds that a run must come to terms with, without any setting. */
export const TEN: readonly RepositoryKind[] = [
  pytestVenv,
  goTest,
  cargoTest,
  monorepo,
  vitest,
  git.noTests,
  git.dirty,
  git.detached,
  git.crlfKept,
  git.submodule,
];

/** What else people have. */
export const MORE: readonly RepositoryKind[] = [
  pytestPlain,
  pythonWithoutPackages,
  unittestOnly,
  goOutside,
  makefileShell,
  notInstalled,
  git.crlfConverted,
  git.crlfAttributes,
  git.largeFiles,
  git.largePointers,
  git.submoduleEmpty,
  git.hooks,
  git.oddPath,
  git.linkedWorktree,
  git.shallow,
  git.writingTests,
  git.subfolder,
];
