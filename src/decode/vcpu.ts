// -e kvm=: why a virtual processor stopped, and with vcpu+ the whole of what it shares with its owner (struct kvm_run).
import { kvm_exit_reasons } from '../constants/generated/kvm.js';
import type { Cursor } from '../record/cursor.js';
import type { MemoryPrinter } from './printer.js';
import { label } from './sink.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';
import { choiceName, constantText, paddedHex } from './xlat.js';

/** Offsets in struct kvm_run (linux/kvm.h); what an exit brings begins at `Exit`. */
const enum Run {
  ImmediateExit = 1,
  Reason = 8,
  Ready = 12,
  InterruptFlag = 13,
  Flags = 14,
  Cr8 = 16,
  ApicBase = 24,
  Exit = 32,
}
/** Bytes that are looked at. */
const RUN_BYTES = 64;
const KVM_EXIT_IO = 2;
const KVM_EXIT_MMIO = 6;
const MMIO_BYTES = 8;
/** Most bytes of data: the page behind struct kvm_run. */
const DATA_BYTES = 4096;

/** What was captured of a processor: its number, and where its memory begins in the record. */
interface Captured {
  readonly cpu: string;
  readonly at: number;
  readonly end: number;
}

/** Behind the descriptor's path, and a NUL, stands the memory. */
function captured(c: Cursor, site: number, fd: number): Captured | undefined {
  if (!c.find(site, fd, 0)) return undefined;
  const { bytes, at } = c;
  const end = at + c.length;
  const zero = bytes.indexOf(0, at);
  if (zero < 0 || end - zero - 1 < RUN_BYTES) return undefined;
  const path = Buffer.from(bytes.subarray(at, zero)).toString('latin1');
  return { cpu: path.slice(path.lastIndexOf(':') + 1), at: zero + 1, end };
}

/** The name of the exit's reason, in parentheses behind the result. */
export function exitReasonPrinter(register: number, site: number, style: Style): MemoryPrinter {
  const entries = kvm_exit_reasons.entries(style.abi.name);
  return (c, s) => {
    const run = captured(c, site, c.argLo(register));
    if (run) s.text(choiceName(entries, c.u32(run.at + Run.Reason), 0, 4) ?? 'KVM_EXIT_???');
  };
}

/** 16 columns, as C's %#016llx. */
function wide(s: Sink, lo: number, hi: number): void {
  s.text(paddedHex(lo, hi, 16));
}

/** `[0x1, 0]`: elements of 1, 2 or 4 bytes. */
function elements(c: Cursor, s: Sink, at: number, size: number, count: number): void {
  s.byte(91);
  for (let i = 0; i < count; i++) {
    if (i > 0) s.text(', ');
    const from = at + i * size;
    s.hex(size === 1 ? c.bytes[from] : size === 2 ? c.u16(from) : c.u32(from));
  }
  s.byte(93);
}

function printIo(c: Cursor, s: Sink, run: Captured): void {
  const at = run.at + Run.Exit;
  const size = c.bytes[at + 1];
  const count = c.u32(at + 4);
  const offset = c.u32(at + 8);
  s.text(`, {io={direction=${c.bytes[at] === 0 ? 'KVM_EXIT_IO_IN' : 'KVM_EXIT_IO_OUT'}, size=${size}, port=`);
  s.hex(c.u16(at + 2));
  s.text(`, count=${count}, data_offset=`);
  wide(s, offset, c.u32(at + 12));
  s.text(', data=');
  const from = run.at + offset;
  const fits = (size === 1 || size === 2 || size === 4) && size * count <= DATA_BYTES && from + size * count <= run.end;
  if (fits) elements(c, s, from, size, count);
  else s.text('???');
  s.text('}}');
}

function printMmio(c: Cursor, s: Sink, run: Captured): void {
  const at = run.at + Run.Exit;
  s.text(', {mmio={phys_addr=');
  wide(s, c.u32(at), c.u32(at + 4));
  s.text(', data=');
  elements(c, s, at + 8, 1, MMIO_BYTES);
  s.text(`, len=${c.u32(at + 16)}, is_write=${c.bytes[at + 20]}}}`);
}

const BEFORE = label('< ');
const AFTER = label('> ');

/** ` VCPU:0< {…}` */
function printRun(c: Cursor, s: Sink, run: Captured, mark: Uint8Array, style: Style): void {
  const { bytes } = c;
  const { at } = run;
  const reason = c.u32(at + Run.Reason);
  s.text(` VCPU:${run.cpu}`);
  s.bytes(mark);
  s.text(`{request_interrupt_window=${bytes[at]}, immediate_exit=${bytes[at + Run.ImmediateExit]}, exit_reason=`);
  s.text(constantText(kvm_exit_reasons, style.abi, 'verbose', reason, 0, 4, 'u'));
  s.text(`, ready_for_interrupt_injection=${bytes[at + Run.Ready]}, if_flag=${bytes[at + Run.InterruptFlag]}, flags=`);
  s.hex(c.u16(at + Run.Flags));
  s.text(', cr8=');
  wide(s, c.u32(at + Run.Cr8), c.u32(at + Run.Cr8 + 4));
  s.text(', apic_base=');
  wide(s, c.u32(at + Run.ApicBase), c.u32(at + Run.ApicBase + 4));
  if (reason === KVM_EXIT_IO) printIo(c, s, run);
  else if (reason === KVM_EXIT_MMIO) printMmio(c, s, run);
  s.byte(125);
  s.newline();
}

/** The lines behind a call: the shared memory before it and after it. */
export function runPrinter(register: number, site: number, style: Style): (c: Cursor, s: Sink) => void {
  return (c, s) => {
    const fd = c.argLo(register);
    const { entry } = c;
    const before = entry && captured(entry, site, fd);
    const after = captured(c, site, fd);
    if (entry && before) printRun(entry, s, before, BEFORE, style);
    if (after) printRun(c, s, after, AFTER, style);
  };
}
