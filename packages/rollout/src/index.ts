export * from './decide/step.ts';
