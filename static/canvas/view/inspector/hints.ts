// Names that exist on this server, offered where a configuration asks for one: connections, queues, functions, workflows.

export const hints = new Map<string, readonly string[]>();

export function offer(lists: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, values] of Object.entries(lists)) hints.set(name, values);
}
