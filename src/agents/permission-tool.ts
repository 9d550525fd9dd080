import { z } from 'zod';
import { PERMISSION_KINDS, permissionText, readPermission } from '../core/permission.ts';
import { answering, complained, defineTool, said, type Tool } from '../core/tool.ts';
import type { ToolContext } from './context.ts';

/** Asks a person for leave to cross a border of the sandbox; what was answered before is answered at once. */
export const requestPermission: Tool<ToolContext> = defineTool({
  name: 'request_permission',
  description:
    'Ask a person for leave to cross the border of the sandbox: network (what: a host), path (what: an absolute folder to read) or secret (what: the name of an environment variable). Ends your turn; the task waits for the answer. Everything inside the worktree is free: ask only for what the task cannot do without.',
  input: z.strictObject({
    kind: z.enum(PERMISSION_KINDS),
    what: z.string().min(1).max(1_000),
    why: z.string().min(1).max(2_000),
  }),
  start({ kind, what, why }, context) {
    const wanted = readPermission(kind, what);
    if (!wanted.ok) return answering(complained(`${wanted.error.message} ${wanted.error.hint}`));
    const asked = permissionText(wanted.value);
    switch (context.permission(wanted.value)) {
      case 'allowed':
        return answering(said(`Allowed already: commands may ${asked}. Go on.`));
      case 'denied':
        return answering(complained(`A person has said no: commands may not ${asked}. Do it another way.`));
      case 'open': {
        const question = `May commands of this project ${asked}? ${context.redact(why)}`;
        return answering({
          ...said('The turn ends here.'),
          end: { kind: 'asked', question, permission: wanted.value },
        });
      }
    }
  },
});
