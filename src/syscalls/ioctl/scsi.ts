// Commands of SCSI generic devices (scsi/sg.h).
import { sg_reset_flags, sg_resets } from '../../constants/generated/scsi.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { constantText, memoised } from '../../decode/xlat.js';
import { address, format, i16, i32, i8, input, output, padding, struct, u32, x32 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';
import { transfer } from './scsi-transfer.js';

/** SG_SCSI_RESET_NO_ESCALATE. */
const NO_ESCALATE = 0x100;
/** What is reset, behind the flag if it is set. */
const reset: ScalarFormat = ({ abi, constants }) =>
  memoised((lo) => {
    const what = constantText(sg_resets, abi, constants, (lo & ~NO_ESCALATE) >>> 0, 0, 4);
    return lo & NO_ESCALATE ? `${constantText(sg_reset_flags, abi, constants, NO_ESCALATE, 0, 4)}|${what}` : what;
  });

const identity = () =>
  struct({
    host_no: i32,
    channel: i32,
    scsi_id: x32,
    lun: i32,
    scsi_type: x32,
    h_cmd_per_lun: i16,
    d_queue_depth: i16,
    unused: padding(8),
  });
const request = () =>
  struct({
    req_state: i8,
    orphan: i8,
    sg_io_owned: i8,
    problem: i8,
    pack_id: i32,
    usr_ptr: address,
    duration: u32,
    unused: padding(4),
  });

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    const [got, given] = [output(i32), input(i32)];
    return {
      SG_SET_TIMEOUT: given,
      SG_GET_TIMEOUT: null,
      SG_EMULATED_HOST: got,
      SG_SET_TRANSFORM: x32,
      SG_GET_TRANSFORM: got,
      SG_GET_COMMAND_Q: got,
      SG_SET_COMMAND_Q: given,
      SG_GET_RESERVED_SIZE: got,
      SG_SET_RESERVED_SIZE: given,
      SG_GET_SCSI_ID: output(identity()),
      SG_SET_FORCE_LOW_DMA: given,
      SG_GET_LOW_DMA: got,
      SG_SET_FORCE_PACK_ID: given,
      SG_GET_PACK_ID: got,
      SG_GET_NUM_WAITING: got,
      SG_SET_DEBUG: given,
      SG_GET_SG_TABLESIZE: got,
      SG_GET_VERSION_NUM: got,
      SG_NEXT_CMD_LEN: given,
      SG_SCSI_RESET: input(format(reset)),
      SG_IO: transfer(),
      SG_GET_REQUEST_TABLE: output(request()),
      SG_SET_KEEP_ORPHAN: given,
      SG_GET_KEEP_ORPHAN: got,
      SG_GET_ACCESS_COUNT: got,
    };
  },
};
