/** A small agent: starts a sensor, prints its pid and waits to be killed. */
import { startSensor } from '../../src/index.ts';

const sensor = startSensor();
await sensor.hello;
console.log(sensor.pid);
setInterval(() => {}, 1000);
