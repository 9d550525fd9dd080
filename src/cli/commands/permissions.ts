import type { App, PermissionReport } from '../../app.ts';
import { fail, ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import {
  type Grant,
  PERMISSION_KINDS,
  type Permission,
  permissionText,
  readPermission,
} from '../../core/permission.ts';
import type { Project } from '../../km/km.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { PROJECT_FLAG } from '../project.ts';
import { askYesNo, canAsk } from '../prompt.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../table.ts';

type Decides = Pick<App, 'project' | 'permissions' | 'decidePermissions'>;

const KIND = { help: `What kind of border: ${PERMISSION_KINDS.join(', ')}.` } as const;
const WHAT = { help: 'A host, an absolute folder, or the name of an environment variable.' } as const;

function rowsOf({ grants, own, proposed, asking }: PermissionReport): readonly (readonly string[])[] {
  const said = (grant: Grant): string => `${grant.allowed ? 'allowed' : 'denied'} ${grant.at.slice(0, 10)}`;
  return [
    ...own.map(one => ['', one.kind, oneLine(one.what), 'allowed by your own settings', '']),
    ...grants.map(one => [String(one.id), one.kind, oneLine(one.what), said(one), `by ${oneLine(one.by)}`]),
    ...proposed.map(one => ['', one.kind, oneLine(one.what), 'proposed by llmclis.yaml', 'not answered']),
    ...asking.map(({ key, permission }) => [
      '',
      permission.kind,
      oneLine(permission.what),
      'asked',
      `by ${oneLine(key)}`,
    ]),
  ];
}

function show(report: PermissionReport, out: Output): void {
  const rows = rowsOf(report);
  if (rows.length === 0) out.line('Nothing crosses the border: commands see their worktree, no network, no secret.');
  else {
    const titles = ['id', 'kind', 'what', 'state', ''].map(title => ({ title }));
    out.lines(formatTable(titles, rows));
  }
  const [first] = report.asking;
  if (report.proposed.length > 0) out.line('Allow what llmclis.yaml proposes: llmclis permissions allow');
  if (first !== undefined) out.line(`Answer: llmclis task answer ${first.key} allow|deny`);
  if (out.isJson) out.json(report);
}

const list = (name: 'permissions' | 'permissions list') =>
  defineCommand({
    name,
    summary: 'Show what commands of the project may do beyond its worktree, and what waits for your answer.',
    about:
      'Inside the sandboxed worktree everything is free. A host, a folder outside and a secret need your leave, once for the project.',
    args: {},
    flags: { project_id: PROJECT_FLAG },
    examples: [{ command: `llmclis ${name}`, does: 'Hosts, folders and secrets, each with who allowed it.' }],
    run: async (app: Pick<App, 'project' | 'permissions'>, { flags }, out) => {
      const project = app.project(flags.project_id);
      if (!project.ok) return project;
      const report = await app.permissions(project.value);
      if (!report.ok) return report;
      show(report.value, out);
      return ok(0);
    },
  });
export const permissions = list('permissions');
export const permissionsList = list('permissions list');

/** The one that the words name; without words all that the project's file proposes. */
async function wantedOf(
  app: Decides,
  project: Project,
  { kind, what }: { readonly kind: string | undefined; readonly what: string | undefined },
): Promise<Result<readonly Permission[]>> {
  if (kind === undefined) {
    const report = await app.permissions(project);
    return report.ok ? ok(report.value.proposed) : report;
  }
  const known = PERMISSION_KINDS.find(one => one === kind);
  const example = 'For example: llmclis permissions allow network registry.npmjs.org';
  if (known === undefined)
    return fail('input.invalid', `A permission is for ${PERMISSION_KINDS.join(', ')}, not for ${kind}.`, example);
  if (what === undefined) return fail('input.invalid', `It is not said which ${kind}.`, example);
  const read = readPermission(known, what);
  return read.ok ? ok([read.value]) : read;
}

const decideCommand = (word: 'allow' | 'deny') =>
  defineCommand({
    name: `permissions ${word}`,
    summary:
      word === 'allow'
        ? 'Let commands of the project reach a host, read a folder or get a secret; tasks that asked for it go on.'
        : 'Say no to a host, a folder or a secret; models that ask are refused at once.',
    about: 'Without KIND and WHAT: all that the project’s llmclis.yaml proposes and nobody has answered.',
    args: { kind: KIND, what: WHAT },
    flags: { project_id: PROJECT_FLAG },
    examples: [
      { command: `llmclis permissions ${word} network registry.npmjs.org`, does: 'One host, for this project.' },
      { command: `llmclis permissions ${word}`, does: 'What llmclis.yaml proposes.' },
    ],
    run: async (app: Decides, { args, flags }, out) => {
      const project = app.project(flags.project_id);
      if (!project.ok) return project;
      const wanted = await wantedOf(app, project.value, args);
      if (!wanted.ok) return wanted;
      const opened = await app.decidePermissions(project.value, wanted.value, word);
      if (!opened.ok) return opened;
      const may = word === 'allow' ? 'Commands may' : 'Commands may not';
      for (const one of wanted.value) out.line(`${may} ${permissionText(one)}.`);
      if (wanted.value.length === 0) out.line('llmclis.yaml proposes nothing that is not answered yet.');
      if (opened.value.length > 0) out.line(`Pending again: ${opened.value.map(key => oneLine(key)).join(', ')}`);
      if (out.isJson) out.json({ [word === 'allow' ? 'allowed' : 'denied']: wanted.value, opened: opened.value });
      return ok(0);
    },
  });
export const permissionsAllow = decideCommand('allow');
export const permissionsDeny = decideCommand('deny');

export const permissionsRevoke = defineCommand({
  name: 'permissions revoke',
  summary: 'Take back what was allowed; from the next command on it is denied.',
  args: { id: { required: true, help: 'Its number, as permissions list shows it.' } },
  flags: { project_id: PROJECT_FLAG },
  examples: [{ command: 'llmclis permissions revoke 3', does: 'Models that ask for it are refused at once.' }],
  run: async (app: Pick<App, 'project' | 'revokePermission'>, { args, flags }, out) => {
    const project = app.project(flags.project_id);
    if (!project.ok) return project;
    if (!/^\d{1,15}$/.test(args.id))
      return fail('input.invalid', `${JSON.stringify(args.id)} is no number.`, 'See them: llmclis permissions list');
    const revoked = await app.revokePermission(project.value, Number(args.id));
    if (!revoked.ok) return revoked;
    out.line(`Commands may not ${permissionText(revoked.value)} any more.`);
    if (out.isJson) out.json(revoked.value);
    return ok(0);
  },
});

/**
 * One question about all that the project's file proposes, remembered either way. Where nobody can answer, one line says how; nothing is
 * allowed by that.
 */
export async function askProposed(
  app: Pick<App, 'permissions' | 'decidePermissions'>,
  project: Project,
  shell: Shell,
): Promise<Result<void>> {
  const report = await app.permissions(project);
  if (!report.ok) return report;
  const { proposed } = report.value;
  if (proposed.length === 0) return ok(undefined);
  const named = proposed.map(permissionText).join(', ');
  if (!canAsk(shell)) {
    shell.out.note(
      `Not allowed yet, only proposed by llmclis.yaml: ${oneLine(named, 400)}. Allow it: llmclis permissions allow --project_id ${project.id}`,
    );
    return ok(undefined);
  }
  const yes = await askYesNo(`This project’s llmclis.yaml asks that commands of models may ${named}. Allow it?`, shell);
  const decided = await app.decidePermissions(project, proposed, yes ? 'allow' : 'deny');
  if (!decided.ok) return decided;
  shell.out.note(
    yes ? 'Allowed, and remembered.' : 'Not allowed, and remembered. Another time: llmclis permissions allow KIND WHAT',
  );
  return ok(undefined);
}
