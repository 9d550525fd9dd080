import type { Command } from './command.ts';
import { next } from './commands/next.ts';

type Load = () => Promise<Command>;

/**
 * Every command by its name, in the order the help shows them. A command's file is loaded when it is called, so that one
 * that must be quick pays for nothing else; `next`, the quickest, is here at once, which saves it a file.
 */
export const COMMANDS: Readonly<Record<string, Load>> = {
  board: () => import('./commands/board.ts').then(file => file.board),
  init: () => import('./commands/init.ts').then(file => file.init),
  next: async () => next,
  ready: () => import('./commands/lists.ts').then(file => file.ready),
  blocked: () => import('./commands/lists.ts').then(file => file.blocked),
  stale: () => import('./commands/lists.ts').then(file => file.stale),
  graph: () => import('./commands/graph.ts').then(file => file.graph),
  orchestrate: () => import('./commands/orchestrate.ts').then(file => file.orchestrate),
  doctor: () => import('./commands/doctor.ts').then(file => file.doctor),
  check: () => import('./commands/check.ts').then(file => file.check),
  verify: () => import('./commands/verify.ts').then(file => file.verify),
  demo: () => import('./commands/demo.ts').then(file => file.demo),
  undo: () => import('./commands/undo.ts').then(file => file.undo),
  'project add': () => import('./commands/project.ts').then(file => file.projectAdd),
  'project list': () => import('./commands/project.ts').then(file => file.projectList),
  'project show': () => import('./commands/project.ts').then(file => file.projectShow),
  'project archive': () => import('./commands/project.ts').then(file => file.projectArchive),
  'project at': () => import('./commands/project-at.ts').then(file => file.projectAt),
  'task add': () => import('./commands/task-add.ts').then(file => file.taskAdd),
  'task list': () => import('./commands/task-read.ts').then(file => file.taskList),
  'task show': () => import('./commands/task-read.ts').then(file => file.taskShow),
  'task log': () => import('./commands/task-read.ts').then(file => file.taskLog),
  'task diff': () => import('./commands/task-history.ts').then(file => file.taskDiff),
  'task undo': () => import('./commands/task-history.ts').then(file => file.taskUndo),
  'task edit': () => import('./commands/task-edit.ts').then(file => file.taskEdit),
  'task note': () => import('./commands/task-more.ts').then(file => file.taskNote),
  'task research': () => import('./commands/task-report.ts').then(file => file.taskResearch),
  'task issue': () => import('./commands/task-report.ts').then(file => file.taskIssue),
  'task check': () => import('./commands/task-more.ts').then(file => file.taskCheck),
  'task dep': () => import('./commands/task-more.ts').then(file => file.taskDep),
  'task done': () => import('./commands/task-status.ts').then(file => file.taskDone),
  'task block': () => import('./commands/task-status.ts').then(file => file.taskBlock),
  'task reopen': () => import('./commands/task-status.ts').then(file => file.taskReopen),
  'task cancel': () => import('./commands/task-status.ts').then(file => file.taskCancel),
  'task heartbeat': () => import('./commands/task-claim.ts').then(file => file.taskHeartbeat),
  'task release': () => import('./commands/task-claim.ts').then(file => file.taskRelease),
  'task answer': () => import('./commands/task-answer.ts').then(file => file.taskAnswer),
  'task accept': () => import('./commands/task-answer.ts').then(file => file.taskAccept),
  'task reject': () => import('./commands/task-answer.ts').then(file => file.taskReject),
  'plan import': () => import('./commands/plan-import.ts').then(file => file.planImport),
  'plan export': () => import('./commands/plan-export.ts').then(file => file.planExport),
  'plan sync': () => import('./commands/plan.ts').then(file => file.planSync),
  'plan watch': () => import('./commands/plan-watch.ts').then(file => file.planWatch),
  'plan check': () => import('./commands/plan.ts').then(file => file.planCheck),
  'runs list': () => import('./commands/runs.ts').then(file => file.runsList),
  'runs show': () => import('./commands/runs.ts').then(file => file.runsShow),
  'runs watch': () => import('./commands/runs-watch.ts').then(file => file.runsWatch),
  'runs stop': () => import('./commands/runs.ts').then(file => file.runsStop),
  'runs pause': () => import('./commands/runs.ts').then(file => file.runsPause),
  'runs resume': () => import('./commands/runs.ts').then(file => file.runsResume),
  quality: () => import('./commands/quality.ts').then(file => file.quality),
  'memory add': () => import('./commands/memory-add.ts').then(file => file.memoryAdd),
  'memory list': () => import('./commands/memory-read.ts').then(file => file.memoryList),
  'memory show': () => import('./commands/memory-read.ts').then(file => file.memoryShow),
  'memory edit': () => import('./commands/memory-change.ts').then(file => file.memoryEdit),
  'memory pin': () => import('./commands/memory-change.ts').then(file => file.memoryPin),
  'memory unpin': () => import('./commands/memory-change.ts').then(file => file.memoryUnpin),
  'memory wrong': () => import('./commands/memory-change.ts').then(file => file.memoryWrong),
  'memory restore': () => import('./commands/memory-change.ts').then(file => file.memoryRestore),
  'memory forget': () => import('./commands/memory-change.ts').then(file => file.memoryForget),
  'memory export': () => import('./commands/memory-files.ts').then(file => file.memoryExport),
  'memory import': () => import('./commands/memory-files.ts').then(file => file.memoryImport),
  'memory enable': () => import('./commands/memory-embedder.ts').then(file => file.memoryEnable),
  'memory disable': () => import('./commands/memory-embedder.ts').then(file => file.memoryDisable),
  'memory status': () => import('./commands/memory-embedder.ts').then(file => file.memoryStatus),
  'memory search': () => import('./commands/memory-search.ts').then(file => file.memorySearch),
  'memory eval': () => import('./commands/memory-eval.ts').then(file => file.memoryEval),
  'memory reindex': () => import('./commands/memory-index.ts').then(file => file.memoryReindex),
  'memory verify': () => import('./commands/memory-index.ts').then(file => file.memoryVerify),
  'models list': () => import('./commands/models.ts').then(file => file.modelsList),
  'models smoke': () => import('./commands/models.ts').then(file => file.modelsSmoke),
  'router explain': () => import('./commands/router.ts').then(file => file.routerExplain),
  permissions: () => import('./commands/permissions.ts').then(file => file.permissions),
  'permissions list': () => import('./commands/permissions.ts').then(file => file.permissionsList),
  'permissions allow': () => import('./commands/permissions.ts').then(file => file.permissionsAllow),
  'permissions deny': () => import('./commands/permissions.ts').then(file => file.permissionsDeny),
  'permissions revoke': () => import('./commands/permissions.ts').then(file => file.permissionsRevoke),
  'config explain': () => import('./commands/config.ts').then(file => file.configExplain),
  backup: () => import('./commands/backup.ts').then(file => file.backup),
  restore: () => import('./commands/backup.ts').then(file => file.restore),
  export: () => import('./commands/export.ts').then(file => file.exportContent),
  import: () => import('./commands/export.ts').then(file => file.importContent),
  'km doctor': () => import('./commands/km-doctor.ts').then(file => file.kmDoctor),
};

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** The names of the commands that start with this word: `task` gives `task add`, `task list` … */
export const commandsOf = (group: string): readonly string[] =>
  COMMAND_NAMES.filter(name => name.startsWith(`${group} `));

/** All commands, in the order of the help. */
export const loadAll = (): Promise<readonly Command[]> => Promise.all(Object.values(COMMANDS).map(load => load()));
