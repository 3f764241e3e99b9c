/** Launches an engine, tells it to hang, prints its pid and waits to be killed. */
import type { LaunchOptions } from '../../src/index.ts';
import { Driven } from './drive.ts';

const driven = await Driven.start(JSON.parse(process.argv[2] ?? '') as LaunchOptions);
void driven.ask('hang');
console.log(driven.compartment.pid);
