/** Launches an engine with every layer that can be had, and prints what came of it. */
import type { LaunchOptions } from '../../src/index.ts';
import { Driven } from './drive.ts';

const [options = '', line = ''] = process.argv.slice(2);
const driven = await Driven.start(JSON.parse(options) as LaunchOptions);
const answer = await driven.ask(line);
const { layers } = driven.compartment;
const { pids, memoryBytes } = driven.compartment.usage();
console.log(JSON.stringify({ layers, answer, pids, memoryBytes, cause: (await driven.stop()).cause }));
