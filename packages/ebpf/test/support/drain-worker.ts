import { parentPort, workerData } from 'node:worker_threads';
import { BpfMap, RingBufferReader } from '@ringfence/ebpf';

/** Drains the ring behind a descriptor of the main thread until it has seen `total` records in order. */
const { fd, total } = workerData as { fd: number; total: number };
using map = BpfMap.fromFd(fd);
using reader = new RingBufferReader(map);
let next = 0;
let wrong = 0;
const deadline = Date.now() + 20_000;
parentPort?.postMessage('ready');
while (next < total && Date.now() < deadline) {
  const count = reader.drain((view, offset, length) => {
    if (length !== 20 || view.getUint32(offset, true) !== next) wrong += 1;
    next += 1;
  });
  if (count === 0) reader.waitReadable(1);
}
parentPort?.postMessage({ next, wrong });
