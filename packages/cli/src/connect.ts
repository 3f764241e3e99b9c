import { AgentError, ControlClient, places } from '@ringfence/agent';
import { CommandError } from './command-error.ts';
import { requireLinux } from './platform.ts';

/** Asks the running agent something; `use` gets the connection, which is closed afterwards. */
export async function withAgent<T>(command: string, use: (client: ControlClient) => Promise<T>): Promise<T> {
  requireLinux(command);
  try {
    using client = await ControlClient.connect(places().run);
    return await use(client);
  } catch (error) {
    if (error instanceof AgentError)
      throw new CommandError(error.cure === undefined ? error.message : `${error.message}; ${error.cure}`);
    throw error;
  }
}

/** Resolves at Ctrl-C or the request to end. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
