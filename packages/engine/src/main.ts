/** The process inside the wall: speaks the engine protocol on descriptor 3 until the agent goes away. */
import { runEngine } from '@ringfence/compartment/protocol';
import { SigmaEngine } from './engine.ts';

await runEngine(new SigmaEngine());
