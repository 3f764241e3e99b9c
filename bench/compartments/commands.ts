/** Paths below it are commands to the engines of the benchmark: `/ringfence-bench/<fault>/<publisher>`. */
export const COMMAND_PREFIX = '/ringfence-bench/';
