#!/usr/bin/env node
// Plain JavaScript without anything new, so that an old Node can read it and say what is wrong.
// In a clone it runs the sources as they are; installed from npm it runs what was built.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

// Node strips no types below node_modules; in a clone this file is reached through a link from there.
const inClone = !import.meta.url.includes('/node_modules/');
const flags = ['--disable-warning=ExperimentalWarning'];
if (inClone) flags.push('--conditions=source');

if (Number(process.versions.node.split('.')[0]) < 24) {
  runOnNewerNode();
} else if (flags.every((flag) => process.execArgv.includes(flag))) {
  await import(new URL(inClone ? '../src/main.ts' : '../dist/main.js', import.meta.url).href);
} else if (typeof process.execve === 'function' && process.platform !== 'win32') {
  process.removeAllListeners('warning'); // execve itself is experimental
  process.execve(process.execPath, [process.execPath, ...flags, ...process.argv.slice(1)], process.env);
} else {
  runAs(process.execPath);
}

/** A clone brings Node 24 as a development dependency; elsewhere the user must. */
function runOnNewerNode() {
  let newer;
  try {
    newer = createRequire(import.meta.url).resolve('node/bin/node');
  } catch {
    newer = undefined;
  }
  if (newer !== undefined && existsSync(newer)) {
    runAs(newer);
  } else {
    console.error(
      `ringfence needs Node 24 or newer; this is ${process.version}. Try: npx -p node@24 -p ringfence ringfence`,
    );
    process.exitCode = 1;
  }
}

function runAs(node) {
  const child = spawn(node, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`ringfence: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else process.exitCode = 1;
  });
}
