// The error of the classic-BPF layer: a closed set of causes, each with the position it concerns.
import { TstraceError } from '../errors.js';

/** What was wrong; `verification` means a generated filter disagreed with its own input (a bug of ours). */
export type BpfFault =
  | 'unset label'
  | 'backward jump'
  | 'label set twice'
  | 'falls off the end'
  | 'program too long'
  | 'empty program'
  | 'invalid instruction'
  | 'truncated bytes'
  | 'filter input'
  | 'too complex'
  | 'verification';

/** Raised for programs that cannot be built, decoded or trusted; `pc` is the instruction concerned, or -1. */
export class BpfError extends TstraceError {
  constructor(
    readonly fault: BpfFault,
    message: string,
    readonly pc = -1,
  ) {
    super('BPF', pc >= 0 ? `${fault} at instruction ${pc}: ${message}` : `${fault}: ${message}`);
  }
}
