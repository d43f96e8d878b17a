/*
 * What is used of elfutils' libdw, which is loaded at run time where it is installed: its own headers are not needed to
 * build. The declarations follow the interface of elfutils/libdwfl.h and elfutils/libdw.h (0.158 and later; libdw.so.1).
 */
#ifndef TSTRACE_LIBDW_H
#define TSTRACE_LIBDW_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct Dwfl Dwfl;
typedef struct Dwfl_Module Dwfl_Module;
typedef struct Dwfl_Thread Dwfl_Thread;
typedef struct Dwfl_Frame Dwfl_Frame;
typedef struct Dwfl_Line Dwfl_Line;
typedef struct Dwarf_Files Dwarf_Files;
typedef struct Elf Elf;

/* libdw.h: a debugging information entry, by value. */
typedef struct {
	void *addr;
	void *cu;
	void *abbrev;
	long padding;
} Dwarf_Die;

typedef struct {
	unsigned code, form;
	unsigned char *valp;
	void *cu;
} Dwarf_Attribute;

typedef struct {
	int (*find_elf)(Dwfl_Module *module, void **userdata, const char *name, uint64_t base, char **file_name, Elf **elf);
	int (*find_debuginfo)(Dwfl_Module *module, void **userdata, const char *name, uint64_t base, const char *file_name,
			      const char *debuglink_file, uint32_t debuglink_crc, char **debuginfo_file_name);
	int (*section_address)(Dwfl_Module *module, void **userdata, const char *name, uint64_t base, const char *section,
			       uint32_t index, const Elf64_Shdr *header, uint64_t *addr);
	char **debuginfo_path;
} Dwfl_Callbacks;

typedef struct {
	pid_t (*next_thread)(Dwfl *dwfl, void *arg, void **thread_arg);
	bool (*get_thread)(Dwfl *dwfl, pid_t tid, void *arg, void **thread_arg);
	bool (*memory_read)(Dwfl *dwfl, uint64_t addr, uint64_t *result, void *arg);
	bool (*set_initial_registers)(Dwfl_Thread *thread, void *thread_arg);
	void (*detach)(Dwfl *dwfl, void *arg);
	void (*thread_detach)(Dwfl_Thread *thread, void *thread_arg);
} Dwfl_Thread_Callbacks;

/* Result, name, parameters. */
#define LIBDW_FUNCTIONS(F) \
	F(Dwfl *, dwfl_begin, (const Dwfl_Callbacks *callbacks)) \
	F(void, dwfl_end, (Dwfl *dwfl)) \
	F(void, dwfl_report_begin, (Dwfl *dwfl)) \
	F(int, dwfl_report_end, (Dwfl *dwfl, int (*removed)(Dwfl_Module *, void *, const char *, uint64_t, void *), void *arg)) \
	F(int, dwfl_linux_proc_report, (Dwfl *dwfl, pid_t pid)) \
	F(int, dwfl_linux_proc_find_elf, \
	  (Dwfl_Module *module, void **userdata, const char *name, uint64_t base, char **file_name, Elf **elf)) \
	F(int, dwfl_standard_find_debuginfo, \
	  (Dwfl_Module *module, void **userdata, const char *name, uint64_t base, const char *file_name, \
	   const char *debuglink_file, uint32_t debuglink_crc, char **debuginfo_file_name)) \
	F(bool, dwfl_attach_state, (Dwfl *dwfl, Elf *elf, pid_t pid, const Dwfl_Thread_Callbacks *callbacks, void *arg)) \
	F(int, dwfl_getthread_frames, (Dwfl *dwfl, pid_t tid, int (*callback)(Dwfl_Frame *frame, void *arg), void *arg)) \
	F(bool, dwfl_frame_pc, (Dwfl_Frame *frame, uint64_t *pc, bool *is_activation)) \
	F(bool, dwfl_thread_state_registers, (Dwfl_Thread *thread, int first, unsigned count, const uint64_t *registers)) \
	F(Dwfl_Module *, dwfl_addrmodule, (Dwfl *dwfl, uint64_t address)) \
	F(const char *, dwfl_module_info, \
	  (Dwfl_Module *module, void ***userdata, uint64_t *start, uint64_t *end, uint64_t *dwarf_bias, uint64_t *symbol_bias, \
	   const char **main_file, const char **debug_file)) \
	F(const char *, dwfl_module_addrinfo, \
	  (Dwfl_Module *module, uint64_t address, uint64_t *offset, Elf64_Sym *symbol, uint32_t *section, Elf **elf, \
	   uint64_t *bias)) \
	F(int, dwfl_module_relocate_address, (Dwfl_Module *module, uint64_t *address)) \
	F(Dwfl_Line *, dwfl_module_getsrc, (Dwfl_Module *module, uint64_t address)) \
	F(const char *, dwfl_lineinfo, \
	  (Dwfl_Line *line, uint64_t *address, int *number, int *column, uint64_t *time, uint64_t *length)) \
	F(Dwarf_Die *, dwfl_module_addrdie, (Dwfl_Module *module, uint64_t address, uint64_t *bias)) \
	F(int, dwarf_getscopes, (Dwarf_Die *unit, uint64_t pc, Dwarf_Die **scopes)) \
	F(int, dwarf_getscopes_die, (Dwarf_Die *die, Dwarf_Die **scopes)) \
	F(int, dwarf_tag, (Dwarf_Die *die)) \
	F(const char *, dwarf_diename, (Dwarf_Die *die)) \
	F(Dwarf_Attribute *, dwarf_attr, (Dwarf_Die *die, unsigned name, Dwarf_Attribute *result)) \
	F(int, dwarf_formudata, (Dwarf_Attribute *attribute, uint64_t *value)) \
	F(int, dwarf_getsrcfiles, (Dwarf_Die *unit, Dwarf_Files **files, size_t *count)) \
	F(const char *, dwarf_filesrc, (Dwarf_Files *files, size_t index, uint64_t *time, uint64_t *length))

struct libdw {
#define LIBDW_MEMBER(result, name, parameters) result(*name) parameters;
	LIBDW_FUNCTIONS(LIBDW_MEMBER)
#undef LIBDW_MEMBER
	/* libstdc++'s; NULL where there is none: names stay as the linker knows them. */
	char *(*demangle)(const char *name, char *buffer, size_t *length, int *status);
};

/* Loads the library once for the process; NULL, with the loader's words in `why`. */
const struct libdw *libdw_load(char *why, size_t why_len);

#endif
