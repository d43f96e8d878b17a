// Names of signals and errors, as types.

/** Signals as events name them. */
export type SignalName = `SIG${
  | ('HUP' | 'INT' | 'QUIT' | 'ILL' | 'TRAP' | 'ABRT' | 'BUS' | 'FPE' | 'KILL' | 'USR1' | 'SEGV' | 'USR2' | 'PIPE')
  | ('ALRM' | 'TERM' | 'STKFLT' | 'CHLD' | 'CONT' | 'STOP' | 'TSTP' | 'TTIN' | 'TTOU' | 'URG' | 'XCPU' | 'XFSZ')
  | ('VTALRM' | 'PROF' | 'WINCH' | 'IO' | 'PWR' | 'SYS' | 'RTMIN')
  | `RT_${number}`}`;

/** Errors by the names of errno(3): `ENOENT`, `EACCES`, … */
export type ErrorName = `E${Uppercase<string>}`;
