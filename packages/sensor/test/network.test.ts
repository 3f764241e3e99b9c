import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { Recorder } from './support/recorder.ts';

let act: Act;
let recorder: Recorder;
const server = createServer((socket) => socket.destroy());
let port = 0;
beforeAll(async () => {
  if (obstacle !== undefined) return;
  act = new Act();
  // Listens before the sensor starts.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
  recorder = await Recorder.start();
});
afterAll(async () => {
  server.close();
  await recorder?.stop();
  act?.[Symbol.dispose]();
});

describeKernel('network', () => {
  it.each([
    ['tcp4', '127.0.0.1', '0.0.0.0'],
    ['tcp6', '::1', '::'],
  ])('sees connect, accept and listen: %s', async (kind, address, nowhere) => {
    const { pid, out } = act.run(kind);
    const [listening, client] = out.split(' ').map(Number);
    const of = (e: Readonly<Record<string, unknown>>): boolean => e['process.pid'] === pid;
    expect(await recorder.find('network_listen', of)).toMatchObject({
      'net.protocol': 6,
      'net.source_ip': address,
      'net.source_port': listening,
      'net.destination_ip': nowhere,
      'process.path': act.program,
    });
    expect(await recorder.find('network_connect', of)).toMatchObject({
      'net.protocol': 6,
      'net.source_ip': address,
      'net.destination_ip': address,
      'net.destination_port': listening,
      'process.argv': [act.program, kind],
    });
    // The listener is the process; the event is the same whoever's softirq it was.
    expect(await recorder.find('network_accept', of)).toMatchObject({
      'net.source_ip': address,
      'net.source_port': client,
      'net.destination_ip': address,
      'net.destination_port': listening,
      'process.path': act.program,
    });
  });

  it.each([
    ['udp4', '127.0.0.1'],
    ['udp6', '::1'],
  ])('sees connected UDP: %s', async (kind, address) => {
    const { pid } = act.run(kind);
    expect(await recorder.find('network_connect', (e) => e['process.pid'] === pid)).toMatchObject({
      'net.protocol': 17,
      'net.destination_ip': address,
      'net.destination_port': 5353,
    });
  });

  it('knows who listened before the sensor started', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => 'closed');
    expect(response).toBe('closed');
    expect(await recorder.find('network_accept', (e) => e['net.destination_port'] === port)).toMatchObject({
      'process.pid': process.pid,
      'process.path': process.execPath,
    });
  });
});

describeKernel('capabilities and io_uring', () => {
  it('tells a capability that was checked, once per program', async () => {
    const { pid } = act.run('chroot');
    const of = (e: Readonly<Record<string, unknown>>): boolean =>
      e['process.pid'] === pid && e['capability.name'] === 'CAP_SYS_CHROOT';
    expect(await recorder.find('capability_check', of)).toMatchObject({ 'capability.number': 18 });
    await recorder.find('process_exit', (e) => e['process.pid'] === pid);
    expect(recorder.filter('capability_check', of)).toHaveLength(1);
    expect(recorder.filter('capability_check', (e) => e['capability.name'] === 'CAP_SYS_ADMIN')).toHaveLength(
      0,
    );
  });

  it('tells an open by io_uring', async (context) => {
    const { pid, status } = act.run('io_uring', '/etc/hostname');
    if (status === 77) return context.skip('io_uring is off on this host');
    expect(await recorder.find('io_uring_request', (e) => e['process.pid'] === pid)).toMatchObject({
      'io_uring.opcode': 18,
      'io_uring.operation': 'OPENAT',
      'process.path': act.program,
    });
  });
});
