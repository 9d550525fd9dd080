import type { ModelRequest } from '../core/model.ts';

/**
 * Gives out call ids that are new to the conversation: the server's own when it is usable, else `call_N`, where N counts the calls of the
 * conversation. The same conversation gives the same ids.
 */
export function callIds(request: ModelRequest): (proposed?: string | null) => string {
  const used = new Set<string>();
  for (const message of request.messages) {
    if (message.role === 'assistant') for (const { id } of message.calls) used.add(id);
  }
  let count = used.size;
  return proposed => {
    let id = proposed ?? '';
    while (!/^[A-Za-z0-9_-]{1,64}$/.test(id) || used.has(id)) id = `call_${++count}`;
    used.add(id);
    return id;
  };
}
