import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { need, runProgram, type Stage } from './technique.ts';

/** The servers on 127.0.0.1 that actions talk to. */
export interface Servers {
  readonly tcpPort: number;
  readonly httpPort: number;
  close(): void;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export async function startServers(): Promise<Servers> {
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {});
    // Whatever shell is on the other side is told to end.
    socket.end('exit\n');
  });
  const http = createHttpServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(': nothing\n'));
  });
  const [tcpPort, httpPort] = [await listen(tcp), await listen(http)];
  return {
    tcpPort,
    httpPort,
    close: () => {
      tcp.close();
      http.close();
      http.closeAllConnections();
    },
  };
}

/** A stage with a new token; `closeStage` removes its folder. */
export function openStage(servers: Servers): Stage {
  const token = randomBytes(8).toString('hex');
  // /tmp is a tmpfs on many hosts, where files are not seen before Linux 5.13.
  const dir = `/var/tmp/ringfence-emulation-${token}`;
  mkdirSync(dir, { mode: 0o755 });
  return {
    token,
    dir,
    tcpPort: servers.tcpPort,
    httpPort: servers.httpPort,
    run: async (script) => {
      // From a file, so that no command line but those of the action itself holds what rules look for.
      const path = join(dir, 'action.sh');
      writeFileSync(path, `${script}\n`);
      await runProgram('/bin/bash', [path], dir);
    },
    copy: (program, name) => {
      const path = join(dir, name);
      copyFileSync(need(program), path);
      chmodSync(path, 0o755);
      return path;
    },
  };
}

export function closeStage({ dir }: Stage): void {
  rmSync(dir, { recursive: true, force: true });
}
