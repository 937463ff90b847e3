declare module 'jstat' {
  /** What the tests use of the second library that statistics are held against. */
  const library: {
    mean(values: number[]): number
    median(values: number[]): number
    /** `sample`: divided by n − 1. */
    stdev(values: number[], sample: boolean): number
    normal: { inv(p: number, mean: number, deviation: number): number }
    studentt: { inv(p: number, df: number): number }
  }
  export default library
}
