/*
 * What a task that has stopped in a system call is about: PTRACE_GET_SYSCALL_INFO or, on kernels before 5.3, the same from
 * its registers and from what its stops were so far.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "internal.h"
#include "raw.h"

/* Bytes of the instruction that enters the kernel, in 64-bit code that calls i386's. */
#define INT_80 "\xcd\x80"

/* The kernel has no such request; of all sessions, as it is the kernel's. */
static _Atomic bool from_registers;

/* The registers of i386, in the order of its own struct user_regs_struct. */
struct i386_registers {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax, xds, xes, xfs, xgs, orig_eax, eip, xcs, eflags, esp, xss;
};

union registers {
	struct user_regs_struct x86_64;
	struct i386_registers i386;
};

/* False when the task has died. The size tells in which mode it runs. */
static bool read_registers(pid_t tid, union registers *out, bool *compat)
{
	struct iovec to = { out, sizeof *out };
	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &to) != 0)
		return false;
	*compat = to.iov_len == sizeof out->i386;
	return true;
}

/*
 * 64-bit code may make calls of i386, whose numbers and registers are others: the instruction in front of `ip` tells. A word
 * is read that is aligned, so that it ends with the page.
 */
static bool is_int80(pid_t tid, uint64_t ip)
{
	uint8_t code[2];
	for (unsigned i = 0; i < sizeof code; i++) {
		uint64_t at = ip - sizeof code + i;
		errno = 0;
		long word = ptrace(PTRACE_PEEKTEXT, tid, (void *)(uintptr_t)(at & ~7ULL), 0);
		if (errno)
			return false;
		code[i] = (uint8_t)((uint64_t)word >> (at & 7) * 8);
		if (code[i] != (uint8_t)INT_80[i])
			return false;
	}
	return true;
}

static void fill_entry(struct syscall_info *info, const union registers *r, bool compat)
{
	const struct user_regs_struct *x = &r->x86_64;
	const struct i386_registers *i = &r->i386;
	uint64_t args[6];
	if (compat) {
		info->entry.nr = i->orig_eax;
		memcpy(args, (const uint64_t[]){ i->ebx, i->ecx, i->edx, i->esi, i->edi, i->ebp }, sizeof args);
	} else if (info->arch == AUDIT_ARCH_I386) {
		info->entry.nr = (uint32_t)x->orig_rax;
		memcpy(args, (const uint64_t[]){ x->rbx, x->rcx, x->rdx, x->rsi, x->rdi, x->rbp }, sizeof args);
	} else {
		info->entry.nr = x->orig_rax;
		memcpy(args, (const uint64_t[]){ x->rdi, x->rsi, x->rdx, x->r10, x->r8, x->r9 }, sizeof args);
	}
	memcpy(info->entry.args, args, sizeof args);
}

#define MAX_ERRNO 4095

static void fill_exit(struct syscall_info *info, int64_t result)
{
	int64_t error = info->arch == AUDIT_ARCH_I386 ? (int32_t)result : result;
	info->exit.is_error = error < 0 && error >= -MAX_ERRNO;
	info->exit.rval = info->exit.is_error ? error : result;
}

/* At every entry the result register holds -ENOSYS, so anything else is an exit; with it, the stop before tells. */
static bool derive(struct task *t, enum stop_kind kind, struct syscall_info *info)
{
	union registers r;
	bool compat;
	if (!read_registers(t->tid, &r, &compat))
		return false;
	memset(info, 0, sizeof *info);
	const bool is_call = kind == STOP_SYSCALL || kind == STOP_SECCOMP;
	/* i386's registers are words; an error is told from -ENOSYS by their sign. */
	const int64_t result = compat ? (int64_t)(uint64_t)r.i386.eax : (int64_t)r.x86_64.rax;
	info->ip = compat ? r.i386.eip : r.x86_64.rip;
	info->sp = compat ? r.i386.esp : r.x86_64.rsp;
	info->arch = compat || (is_call && is_int80(t->tid, info->ip)) ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
	if (!is_call)
		return true;
	if (kind == STOP_SYSCALL && (t->flags & TASK_IN_CALL || (compat ? (int32_t)result : result) != -ENOSYS)) {
		info->op = 2;
		fill_exit(info, result);
		return true;
	}
	info->op = kind == STOP_SECCOMP ? 3 : 1;
	fill_entry(info, &r, compat);
	unsigned long data = 0;
	if (kind == STOP_SECCOMP && ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &data) == 0)
		info->entry.ret_data = (uint32_t)data;
	return true;
}

bool info_read(struct task *t, enum stop_kind kind, struct syscall_info *info)
{
	if (!from_registers) {
		long got = raw(SYS_ptrace, GET_SYSCALL_INFO, t->tid, sizeof *info, (long)info);
		if (got > 0)
			return true;
		if (got != -EIO)
			return false;
		from_registers = true;
	}
	return derive(t, kind, info);
}

void info_note(struct task *t, enum stop_kind kind, uint8_t op)
{
	switch (kind) {
	case STOP_SYSCALL:
	case STOP_SECCOMP:
		if (op == 2)
			t->flags &= ~(uint32_t)TASK_IN_CALL;
		else if (op != 0)
			t->flags |= TASK_IN_CALL;
		break;
	case STOP_EXEC: /* these are within a call, whether its entry was seen or not */
	case STOP_CHILD:
	case STOP_EXIT:
		t->flags |= TASK_IN_CALL;
		break;
	case STOP_SIGNAL: /* and these on the way back to user space, behind the exiting stop */
	case STOP_GROUP:
	case STOP_TRAP:
		t->flags &= ~(uint32_t)TASK_IN_CALL;
		break;
	case STOP_OTHER:
	case STOP_EXITED:
	case STOP_KILLED:
		break;
	}
}
