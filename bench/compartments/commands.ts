/** Paths below it are commands to the engines of the benchmark: `/ringfence-bench/<fault>/<publisher>`. */
export const COMMAND_PREFIX = '/ringfence-bench/';

/** Publishers of these names ask for process ends alone, so that they get commands and no load. */
export const PATIENT_PREFIX = 'patient-';
