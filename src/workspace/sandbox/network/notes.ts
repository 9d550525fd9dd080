import type { CommandResult } from '../../../core/workspace.ts';
import type { Refusal } from './proxy.ts';

/** What programs say when there is no network to ask. */
const NO_NETWORK =
  /EAI_AGAIN|ENOTFOUND|ENETUNREACH|Could not resolve (?:host|proxy)|Temporary failure in name resolution|Name or service not known|Network is unreachable|no such host|dns error/i;

const ASK = 'If the work cannot be done without it, ask a person with request_permission (kind network, the host).';

/** The network's rules, told when a command met them. */
export function networkNotes(
  result: Pick<CommandResult, 'exit' | 'output'>,
  allowed: readonly string[],
  refusals: readonly Refusal[],
): readonly string[] {
  const open = allowed.filter(host => !host.startsWith('!')).join(', ');
  const shown = refusals.slice(0, 5).map(({ host, port, because }) => `${host}:${port} was refused: it ${because}.`);
  if (shown.length > 0) return [`${shown.join(' ')} Allowed: ${open}. ${ASK}`];
  if (result.exit === 0 || !NO_NETWORK.test(result.output.slice(-8000))) return [];
  const rule =
    allowed.length === 0
      ? 'Commands have no network here.'
      : `Commands reach only ${open}, by HTTP and HTTPS through the proxy in HTTP_PROXY.`;
  return [`${rule} ${ASK}`];
}
