/** Starts a sensor and one short process; prints what the sensor said and saw. Arguments: program, mode. */
import { spawn } from 'node:child_process';
import type { SensorOptions } from '../../src/index.ts';
import { Recorder } from './recorder.ts';

const [program, mode = 'auto'] = process.argv.slice(2) as [string, NonNullable<SensorOptions['mode']>?];
const recorder = await Recorder.start({ mode });
const { pid } = spawn(program, ['sleep', '200']);
const event = await recorder.find('process_start', (e) => e['process.pid'] === pid);
console.log(JSON.stringify({ hello: recorder.hello, event }));
await recorder.stop();
