/*
 * Stack traces (-k): the frames of a stopped task, by elfutils' libdw, as EV_STACK records in front of the record that they
 * belong to (of calls that end their program, or replace it, behind the entry). What libdw knows of a process's mappings
 * is kept for as long as its executable mappings stay the same.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include "internal.h"
#include "libdw.h"
#include "procfs.h"

#define MAX_PROCESSES 64
#define PAGES 4
#define PAGE 4096U
#define TEXT_BYTES (1U << 17)
/* dwarf.h */
#define TAG_INLINED_SUBROUTINE 0x1d
#define TAG_SUBPROGRAM 0x2e
#define AT_CALL_FILE 0x58
#define AT_CALL_LINE 0x59
#define X86_64_REGISTERS 17
#define I386_REGISTERS 9

/* What libdw knows of a process. */
struct process {
	pid_t pid; /* 0: a free place */
	Dwfl *dwfl;
	bool attached;
	uint64_t mappings; /* hash of its executable ones when libdw was told of them */
	uint64_t used; /* a counter: the one not used for the longest time gives its place up */
};

struct unwinder {
	const struct libdw *dw;
	uint32_t limit; /* most frames of a stack */
	bool source;    /* with files, lines and inlined functions */
	struct process processes[MAX_PROCESSES];
	uint64_t clock;
	/* the stack under way */
	struct task *task;
	struct process *process;
	bool narrow; /* the task runs 32-bit code */
	struct {
		uint64_t addr;
		uint32_t len;
		uint8_t bytes[PAGE];
	} pages[PAGES];
	uint32_t page_count;
	uint32_t frames;
	bool cut;
	char *text;
	size_t text_len;
};

/* libdw asks for files without saying for which process. */
static _Thread_local const struct unwinder *asking;

/* The file as the tracee sees it, which may have a root of its own. */
static int find_elf(Dwfl_Module *module, void **userdata, const char *name, uint64_t base, char **file_name, Elf **elf)
{
	char path[64 + 4096];
	if (asking && name[0] == '/') {
		snprintf(path, sizeof path, "/proc/%d/root%s", procfs_pid(asking->task->tid), name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			*file_name = strdup(name);
			return fd;
		}
	}
	return asking ? asking->dw->dwfl_linux_proc_find_elf(module, userdata, name, base, file_name, elf) : -1;
}

/* Separate debugging files, which have names that the program itself was stripped of. */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, uint64_t base, const char *file_name,
			  const char *debuglink_file, uint32_t debuglink_crc, char **debuginfo_file_name)
{
	return asking ? asking->dw->dwfl_standard_find_debuginfo(module, userdata, name, base, file_name, debuglink_file,
								 debuglink_crc, debuginfo_file_name)
		      : -1;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	(void)dwfl;
	const struct unwinder *u = arg;
	if (*thread_arg)
		return 0;
	*thread_arg = arg;
	return u->task->tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread_arg)
{
	(void)dwfl;
	const struct unwinder *u = arg;
	*thread_arg = arg;
	return tid == u->task->tid;
}

/* Frames lie close together: pages are kept while a stack is walked. */
static bool read_bytes(struct unwinder *u, uint64_t addr, void *out, uint32_t len)
{
	uint64_t start = addr & ~(uint64_t)(PAGE - 1);
	for (uint32_t i = 0; i < PAGES && i < u->page_count; i++)
		if (u->pages[i].addr == start && addr - start + len <= u->pages[i].len) {
			memcpy(out, u->pages[i].bytes + (addr - start), len);
			return true;
		}
	int err = 0;
	if (addr - start + len > PAGE)
		return memory_read(u->task, addr, out, len, &err) == len;
	uint32_t at = u->page_count++ % PAGES;
	u->pages[at].addr = start;
	u->pages[at].len = (uint32_t)memory_read(u->task, start, u->pages[at].bytes, PAGE, &err);
	if (addr - start + len > u->pages[at].len)
		return false;
	memcpy(out, u->pages[at].bytes + (addr - start), len);
	return true;
}

static bool read_word(Dwfl *dwfl, uint64_t addr, uint64_t *result, void *arg)
{
	(void)dwfl;
	struct unwinder *u = arg;
	*result = 0;
	return read_bytes(u, addr, result, u->narrow ? 4 : 8);
}

/* By their DWARF numbers (System V ABI, AMD64 supplement figure 3.36, i386 supplement table 2.14). */
static bool set_registers(Dwfl_Thread *thread, void *thread_arg)
{
	const struct unwinder *u = thread_arg;
	union {
		struct user_regs_struct wide;
		uint32_t narrow[17]; /* ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss */
	} regs;
	struct iovec at = { &regs, sizeof regs };
	if (ptrace(PTRACE_GETREGSET, u->task->tid, NT_PRSTATUS, &at) != 0)
		return false;
	if (at.iov_len == sizeof regs.narrow) {
		const uint32_t *r = regs.narrow;
		const uint64_t out[I386_REGISTERS] = { r[6], r[1], r[2], r[0], r[15], r[5], r[3], r[4], r[12] };
		return u->dw->dwfl_thread_state_registers(thread, 0, I386_REGISTERS, out);
	}
	const struct user_regs_struct *r = &regs.wide;
	const uint64_t out[X86_64_REGISTERS] = { r->rax, r->rdx, r->rcx, r->rbx, r->rsi, r->rdi, r->rbp, r->rsp, r->r8,
						 r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15, r->rip };
	return u->dw->dwfl_thread_state_registers(thread, 0, X86_64_REGISTERS, out);
}

static bool runs_narrow(const struct task *t)
{
	struct user_regs_struct regs;
	struct iovec at = { &regs, sizeof regs };
	return ptrace(PTRACE_GETREGSET, t->tid, NT_PRSTATUS, &at) == 0 && at.iov_len < sizeof regs;
}

static const Dwfl_Callbacks callbacks = { .find_elf = find_elf, .find_debuginfo = find_debuginfo };
static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread, .get_thread = get_thread, .memory_read = read_word, .set_initial_registers = set_registers
};

static void forget(struct unwinder *u, struct process *p)
{
	if (p->dwfl)
		u->dw->dwfl_end(p->dwfl);
	*p = (struct process){ 0 };
}

/* FNV-1a */
#define HASH_START 0xcbf29ce484222325ULL
#define HASH_PRIME 0x100000001b3ULL

/* A hash of the executable mappings, lines "START-END PERM OFFSET DEV INODE PATH" whose PERM has an x; 0: there are none. */
static uint64_t hash_executable(pid_t tid)
{
	char path[40], chunk[8192];
	snprintf(path, sizeof path, "/proc/%d/maps", procfs_pid(tid));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	uint64_t all = 0, line = HASH_START;
	uint32_t column = 0, permissions = 0; /* `permissions`: the column of the first one, once it is known */
	bool executable = false;
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			char c = chunk[i];
			line = (line ^ (uint8_t)c) * HASH_PRIME;
			column++;
			if (c == ' ' && !permissions)
				permissions = column;
			else if (permissions && column == permissions + 3)
				executable = c == 'x';
			if (c != '\n')
				continue;
			if (executable)
				all = (all ^ line) * HASH_PRIME;
			line = HASH_START;
			column = permissions = 0;
			executable = false;
		}
	close(fd);
	return all;
}

static struct process *place_for(struct unwinder *u, pid_t pid)
{
	struct process *oldest = &u->processes[0];
	for (struct process *p = u->processes; p < u->processes + MAX_PROCESSES; p++) {
		if (p->pid == pid)
			return p;
		if (p->used < oldest->used)
			oldest = p;
	}
	forget(u, oldest);
	oldest->pid = pid;
	return oldest;
}

/* What libdw knows of the task's process, up to date; NULL: nothing can be known. */
static struct process *process_of(struct unwinder *u, const struct task *t)
{
	struct process *p = place_for(u, t->tgid ? t->tgid : t->tid);
	p->used = ++u->clock;
	uint64_t mappings = hash_executable(t->tid);
	if (p->attached && mappings == p->mappings)
		return p;
	p->mappings = mappings;
	if (!p->dwfl && !(p->dwfl = u->dw->dwfl_begin(&callbacks)))
		return NULL;
	u->dw->dwfl_report_begin(p->dwfl);
	u->dw->dwfl_linux_proc_report(p->dwfl, procfs_pid(t->tid));
	u->dw->dwfl_report_end(p->dwfl, NULL, NULL);
	if (!p->attached)
		p->attached = u->dw->dwfl_attach_state(p->dwfl, NULL, p->pid, &thread_callbacks, u);
	return p->attached ? p : NULL;
}

/* Fields of the text end with a NUL; what does not fit is left out with all that follows. */
static bool put(struct unwinder *u, const char *field)
{
	size_t n = strlen(field) + 1;
	if (u->text_len + n > TEXT_BYTES)
		return false;
	memcpy(u->text + u->text_len, field, n);
	u->text_len += n;
	return true;
}

static bool put_hex(struct unwinder *u, uint64_t value)
{
	char text[20];
	snprintf(text, sizeof text, "%" PRIx64, value);
	return put(u, text);
}

static bool put_source(struct unwinder *u, const char *file, uint64_t line)
{
	char text[4200];
	if (!file)
		return put(u, "");
	snprintf(text, sizeof text, "%s:%" PRIu64, file, line);
	return put(u, text);
}

static bool put_symbol(struct unwinder *u, const char *name)
{
	int status = -1;
	char *readable = name && name[0] == '_' && u->dw->demangle ? u->dw->demangle(name, NULL, NULL, &status) : NULL;
	bool done = put(u, readable ? readable : name ? name : "");
	free(readable);
	return done;
}

/* The functions that were inlined at an address, the innermost first: name and place of its call. At most 16. */
static bool put_inlined(struct unwinder *u, Dwfl_Module *module, uint64_t pc)
{
	const struct libdw *dw = u->dw;
	uint64_t bias = 0;
	Dwarf_Die *unit = dw->dwfl_module_addrdie(module, pc, &bias);
	Dwarf_Die *found = NULL, *scopes = NULL;
	Dwarf_Files *files = NULL;
	size_t file_count = 0;
	int count = 0;
	if (unit && dw->dwarf_getscopes(unit, pc - bias, &found) > 0) {
		count = dw->dwarf_getscopes_die(&found[0], &scopes);
		dw->dwarf_getsrcfiles(unit, &files, &file_count);
	}
	bool fits = true;
	for (int i = 0, shown = 0; i < count && shown < 16 && fits; i++) {
		int tag = dw->dwarf_tag(&scopes[i]);
		if (tag == TAG_SUBPROGRAM)
			break;
		if (tag != TAG_INLINED_SUBROUTINE)
			continue;
		Dwarf_Attribute attribute;
		uint64_t file = 0, line = 0;
		dw->dwarf_formudata(dw->dwarf_attr(&scopes[i], AT_CALL_FILE, &attribute), &file);
		dw->dwarf_formudata(dw->dwarf_attr(&scopes[i], AT_CALL_LINE, &attribute), &line);
		const char *name = dw->dwarf_diename(&scopes[i]);
		if (!name)
			continue;
		fits = put(u, name) &&
		       put_source(u, files && file < file_count ? dw->dwarf_filesrc(files, file, NULL, NULL) : NULL, line);
		shown++;
	}
	free(found);
	free(scopes);
	return fits && put(u, "");
}

/* EV_STACK in record.h tells of the fields. */
static bool put_frame(struct unwinder *u, uint64_t pc)
{
	const struct libdw *dw = u->dw;
	Dwfl_Module *module = dw->dwfl_addrmodule(u->process->dwfl, pc);
	if (!module) /* code made at run time */
		return put(u, "") && put(u, "") && put_hex(u, 0) && put_hex(u, pc) && (!u->source || (put(u, "") && put(u, "")));
	uint64_t offset = 0, address = pc;
	Elf64_Sym symbol;
	const char *file = dw->dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	const char *name = dw->dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL);
	dw->dwfl_module_relocate_address(module, &address);
	if (!(put(u, file ? file : "?") && put_symbol(u, name) && put_hex(u, offset) && put_hex(u, address)))
		return false;
	if (!u->source)
		return true;
	int line = 0;
	Dwfl_Line *at = dw->dwfl_module_getsrc(module, pc);
	const char *source = at ? dw->dwfl_lineinfo(at, NULL, &line, NULL, NULL, NULL) : NULL;
	return put_source(u, source, (uint64_t)line) && put_inlined(u, module, pc);
}

static int take_frame(Dwfl_Frame *frame, void *arg)
{
	struct unwinder *u = arg;
	uint64_t pc;
	bool is_activation = false;
	if (!u->dw->dwfl_frame_pc(frame, &pc, &is_activation))
		return 1;
	if (u->frames == u->limit) {
		u->cut = true;
		return 1;
	}
	/* A caller is shown at its call, which may be the last thing in its function. */
	size_t before = u->text_len;
	if (!put_frame(u, is_activation ? pc : pc - 1)) {
		u->text_len = before;
		u->cut = true;
		return 1;
	}
	u->frames++;
	return 0;
}

void stack_write(struct session *s, struct task *t)
{
	struct unwinder *u = s->unwinder;
	u->task = t;
	u->page_count = u->frames = 0;
	u->text_len = 0;
	u->cut = false;
	asking = u;
	u->narrow = runs_narrow(t);
	u->process = process_of(u, t);
	uint16_t abi = t->abi;
	t->abi = 0; /* a call of 64-bit code by int 0x80 does not narrow the addresses of its stack */
	if (u->process)
		u->dw->dwfl_getthread_frames(u->process->dwfl, t->tid, take_frame, u);
	t->abi = abi;
	asking = NULL;
	if (!u->frames)
		return;
	struct record *r = event_begin(s, EV_STACK, t, (uint32_t)(sizeof(struct region) + u->text_len + 8));
	if (!r)
		return;
	r->args[0] = u->frames;
	r->args[1] = u->cut;
	r->args[2] = u->source;
	capture_append(r, 0, 0, u->text, (uint32_t)u->text_len);
	event_end(s, r);
}

/* exit, exit_group, execve, execveat: afterwards there is no stack any more, or another one. The command's first execve is our own. */
void stack_write_at_entry(struct session *s, struct task *t)
{
	static const uint16_t exit_nr[ABI_COUNT][2] = { { 60, 231 }, { 1, 252 }, { 60, 231 } };
	bool leaves_none = t->nr == exit_nr[t->abi][0] || t->nr == exit_nr[t->abi][1] || call_is_execve(t);
	if (!leaves_none || t->flags & TASK_FIRST_EXEC)
		return;
	t->flags |= TASK_STACK_TOLD;
	stack_write(s, t);
}

void stack_write_at_exit(struct session *s, struct task *t)
{
	if (!(t->flags & TASK_STACK_TOLD))
		stack_write(s, t);
}

void stack_forget(struct session *s, pid_t pid)
{
	struct unwinder *u = s->unwinder;
	for (struct process *p = u->processes; p < u->processes + MAX_PROCESSES; p++)
		if (p->pid == pid)
			forget(u, p);
}

int32_t tracer_set_stacks(int32_t handle, int32_t limit, int32_t source)
{
	struct session *s = session_of(handle);
	if (!s || s->started || s->unwinder || limit < 1)
		return -EINVAL;
	char why[256];
	const struct libdw *dw = libdw_load(why, sizeof why);
	if (!dw) {
		session_error(s, "%s", why);
		return -ENOENT;
	}
	struct unwinder *u = calloc(1, sizeof *u);
	if (!u || !(u->text = malloc(TEXT_BYTES))) {
		free(u);
		return -ENOMEM;
	}
	u->dw = dw;
	u->limit = (uint32_t)limit;
	u->source = source;
	s->unwinder = u;
	return 0;
}

void stack_free(struct session *s)
{
	struct unwinder *u = s->unwinder;
	if (!u)
		return;
	for (struct process *p = u->processes; p < u->processes + MAX_PROCESSES; p++)
		forget(u, p);
	free(u->text);
	free(u);
	s->unwinder = NULL;
}
