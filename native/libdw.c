/* Loads libdw at run time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "libdw.h"

static struct libdw functions;
static bool loaded;
static char failure[256];

/* dlsym's result is a data pointer: ISO C has no cast from there to a function. */
static bool find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);
	memcpy(function, &symbol, sizeof symbol);
	return symbol != NULL;
}

static void load(void)
{
	void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		snprintf(failure, sizeof failure, "%s", dlerror());
		return;
	}
#define LIBDW_FIND(result, name, parameters) \
	if (!find(library, #name, &functions.name)) { \
		snprintf(failure, sizeof failure, "libdw.so.1 is too old: it has no " #name); \
		return; \
	}
	LIBDW_FUNCTIONS(LIBDW_FIND)
#undef LIBDW_FIND
	void *demangler = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);
	if (demangler)
		find(demangler, "__cxa_demangle", &functions.demangle);
	loaded = true;
}

const struct libdw *libdw_load(char *why, size_t why_len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	if (loaded)
		return &functions;
	snprintf(why, why_len, "%s", failure);
	return NULL;
}
