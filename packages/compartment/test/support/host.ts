import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Targets } from './attempts.ts';

const SOURCE = fileURLToPath(new URL('../../testdata/attempts.c', import.meta.url));
export const OTHER_UID = 90_001;

export interface Host extends AsyncDisposable {
  /** A release folder with the engine as `attempts`. */
  readonly releaseDir: string;
  readonly engine: string;
  readonly targets: Omit<Targets, 'self' | 'limits'>;
}

/** Compiles the attempts and sets up what they aim at. */
export async function setUpHost(): Promise<Host> {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-attempts-'));
  chmodSync(dir, 0o777);
  const releaseDir = join(dir, 'release');
  const engine = join(releaseDir, 'attempts');
  for (const name of ['release', 'other', 'mnt', 'core', 'state']) mkdirSync(join(dir, name));
  execFileSync('gcc', ['-O1', '-static', '-no-pie', '-pthread', '-o', engine, SOURCE]);
  writeFileSync(join(releaseDir, 'release.json'), '{"publisher":"test","name":"attempts","version":"1"}');
  chmodSync(join(dir, 'core'), 0o777);
  chmodSync(join(dir, 'state'), 0o700);
  writeFileSync(join(dir, 'state/secret'), 'secret', { mode: 0o600 });
  writeFileSync(join(dir, 'other/rules.yml'), 'title: theirs\n');
  writeFileSync(join(dir, 'shared'), '');
  chmodSync(join(dir, 'shared'), 0o666);
  writeFileSync('/dev/shm/ringfence-attempt', '');
  chmodSync('/dev/shm/ringfence-attempt', 0o666);
  copyFileSync(engine, join(dir, 'program'));
  copyFileSync(engine, join(dir, 'setuid'));
  chownSync(join(dir, 'setuid'), OTHER_UID, OTHER_UID);
  chmodSync(join(dir, 'setuid'), 0o4755);

  const abstractName = `ringfence-attempt-${process.pid}`;
  const socketPath = join(dir, 'socket');
  const tcp = await listen({ port: 0, host: '127.0.0.1' });
  const abstract = await listen({ path: `\0${abstractName}` });
  const path = await listen({ path: socketPath });
  chmodSync(socketPath, 0o777);
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => udp.send(message, from.port, from.address));
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const agent = await victim(engine);
  const sibling = await victim(engine, OTHER_UID);
  return {
    releaseDir,
    engine,
    targets: {
      dir,
      tcpPort: (tcp.address() as AddressInfo).port,
      udpPort: udp.address().port,
      abstractName,
      socketPath,
      agent: agent.pid ?? 0,
      sibling: sibling.pid ?? 0,
      handle: execFileSync(engine, ['--handle', join(dir, 'state/secret')]).toString(),
    },
    async [Symbol.asyncDispose]() {
      for (const server of [tcp, abstract, path]) server.close();
      udp.close();
      // Closing its input lets a victim remove what it made.
      for (const child of [sibling, agent]) {
        child.stdin?.end();
        await once(child, 'exit');
      }
      rmSync('/dev/shm/ringfence-attempt', { force: true });
      rmSync(dir, { recursive: true });
    },
  };
}

async function listen(where: { port: number; host: string } | { path: string }): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(where);
  await once(server, 'listening');
  return server;
}

async function victim(program: string, uid?: number): Promise<ChildProcess> {
  const child = spawn(program, ['--victim'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  await once(child.stdout, 'data');
  return child;
}
