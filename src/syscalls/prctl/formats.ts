// Numbers of prctl(2) that are made of several parts.
import * as g from '../../constants/generated/process.js';
import type { ConstantTable } from '../../constants/table.js';
import { bitsText } from '../../decode/leaf/compound.js';
import type { ScalarFormat } from '../../decode/printer.js';
import type { Style } from '../../decode/style.js';
import { choiceName, flagNames, hexText, memoised } from '../../decode/xlat.js';

/** A text for a number; undefined: the number itself. */
export type NumberText = (lo: number, hi: number, style: Style) => string | undefined;

/** A process, or all of them (-1) for PR_SET_PTRACER. */
export const tracerPid: ScalarFormat = (style) =>
  memoised((lo) => {
    if (lo !== 0xffffffff || style.constants === 'raw') return String(lo | 0);
    return style.constants === 'verbose' ? '-1 /* PR_SET_PTRACER_ANY */' : 'PR_SET_PTRACER_ANY';
  });

/** Flags above a vector length of 16 bits: `PR_SVE_VL_INHERIT|0x10`; a length alone is a number. */
export const vectorLength =
  (flags: ConstantTable): NumberText =>
  (lo, hi, style) => {
    const upper = (lo & 0xffff0000) >>> 0;
    if ((upper | hi) === 0) return undefined;
    return `${bitsText(flags, style, upper, hi) ?? hexText(upper, hi)}|${hexText(lo & 0xffff, 0)}`;
  };
/** As a result it is explained only where a flag is known. */
export const vectorLengthResult =
  (flags: ConstantTable): NumberText =>
  (lo, hi, style) => {
    const upper = bitsText(flags, style, (lo & 0xffff0000) >>> 0, hi);
    return upper && `${upper}|${hexText(lo & 0xffff, 0)}`;
  };

const MTE_TCF = 6;
const MTE_TAG_SHIFT = 3;
const MTE_TAGS = 0xffff;

/** PR_TAGGED_ADDR_ENABLE or its opposite, the kind of tag check, the tags that may be generated, the rest. */
export const taggedAddress: NumberText = (lo, hi, { abi }) => {
  const check = lo & MTE_TCF;
  const tags = (lo >>> MTE_TAG_SHIFT) & MTE_TAGS;
  const rest = (lo & ~(1 | MTE_TCF | (MTE_TAGS << MTE_TAG_SHIFT))) >>> 0;
  const parts = [
    lo & 1 ? 'PR_TAGGED_ADDR_ENABLE' : '!PR_TAGGED_ADDR_ENABLE',
    choiceName(g.prctl_mte.entries(abi.name), check, 0, 4) ?? hexText(check, 0),
  ];
  if (tags) parts.push(`${hexText(tags, 0)}<<PR_MTE_TAG_SHIFT`);
  if ((rest | hi) !== 0) parts.push(hexText(rest, hi));
  return parts.join('|');
};

/** Two states of two bits each, now and after execve, and whether the second is inherited. */
export const vectorState: NumberText = (lo, hi, { abi }) => {
  const names = g.prctl_riscv_v.entries(abi.name);
  const state = (bits: number): string => choiceName(names, bits & 3, 0, 4) ?? hexText(bits & 3, 0);
  const parts = [
    state(lo),
    `${state(lo >>> 2)}<<2`,
    lo & 16 ? 'PR_RISCV_V_VSTATE_CTRL_INHERIT' : '!PR_RISCV_V_VSTATE_CTRL_INHERIT',
  ];
  const rest = (lo & ~31) >>> 0;
  if ((rest | hi) !== 0) parts.push(hexText(rest, hi));
  return parts.join('|');
};

/** What PR_GET_SPECULATION_CTRL answers; 0: the processor is not affected. */
export const speculationState: NumberText = (lo, hi, style) => {
  if ((lo | hi) === 0) return 'PR_SPEC_NOT_AFFECTED';
  const { names, lo: rest, hi: restHi } = flagNames(g.prctl_speculation_ctrl.entries(style.abi.name), lo, hi, 8);
  if (names.length === 0) return undefined;
  if ((rest | restHi) !== 0) names.push(hexText(rest, restHi));
  return names.join('|');
};
