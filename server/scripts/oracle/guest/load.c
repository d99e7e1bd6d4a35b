// SPDX-License-Identifier: MIT
/*
 * load [-t SECONDS] OBJECT...
 *
 * Asks the running kernel about every program of every object, each program on its own, and
 * prints one JSON line for each: what became of it, errno, the verifier's log, libbpf's warnings.
 * Nothing is attached or run. A program that crashes or outlives the limit costs only itself,
 * for each has a process of its own.
 *
 * An object whose maps and relocations can be prepared as a whole is prepared once, and its
 * programs are cloned out of it. Otherwise it is opened again for each program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

/* The kernel ends the load with ENOSPC when the log is full; untouched pages cost nothing. */
#define LOG_BYTES (192u << 20)
/* What is printed of a log: its head, which names what is missing, and its tail, which has the verdict. */
#define LOG_HEAD 4096
#define LOG_TAIL 49152

static char *verifier_log;
static char warnings[8192];
static unsigned int seconds = 60;

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used = strlen(warnings);

	if (level != LIBBPF_DEBUG && used + 1 < sizeof(warnings))
		vsnprintf(warnings + used, sizeof(warnings) - used, format, args);
	return 0;
}

static void print_escaped(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = text[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c > '~')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
}

static void print_log(void)
{
	size_t length = strlen(verifier_log);

	if (length <= LOG_HEAD + LOG_TAIL) {
		print_escaped(verifier_log, length);
		return;
	}
	print_escaped(verifier_log, LOG_HEAD);
	printf("\\n...\\n");
	print_escaped(verifier_log + length - LOG_TAIL, LOG_TAIL);
}

/* outcome: loaded, refused (the verifier spoke), unloadable (somebody before it), timeout, crash. */
static void print_record(const char *object, const struct bpf_program *program, const char *outcome, int error)
{
	printf("{\"object\":\"%s\",\"program\":\"%s\",\"section\":\"", object,
	       program ? bpf_program__name(program) : "");
	if (program)
		print_escaped(bpf_program__section_name(program), strlen(bpf_program__section_name(program)));
	printf("\",\"outcome\":\"%s\",\"errno\":%d,\"warnings\":\"", outcome, error < 0 ? -error : error);
	print_escaped(warnings, strlen(warnings));
	printf("\",\"log\":\"");
	print_log();
	printf("\"}\n");
	fflush(stdout);
}

static void forget_messages(void)
{
	warnings[0] = '\0';
	verifier_log[0] = '\0';
}

/* Sizes that an application sets before it loads, and no pinning. */
static void complete_maps(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		enum bpf_map_type type = bpf_map__type(map);

		bpf_map__set_pin_path(map, NULL);
		if (bpf_map__max_entries(map) != 0)
			continue;
		if (type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF)
			bpf_map__set_max_entries(map, sysconf(_SC_PAGESIZE));
		else if (type != BPF_MAP_TYPE_STRUCT_OPS && type != BPF_MAP_TYPE_SK_STORAGE &&
			 type != BPF_MAP_TYPE_INODE_STORAGE && type != BPF_MAP_TYPE_TASK_STORAGE &&
			 type != BPF_MAP_TYPE_CGRP_STORAGE)
			bpf_map__set_max_entries(map, 1);
	}
}

/* Of the struct_ops maps only those that hold the program, and in them nothing else. */
static void keep_only(struct bpf_object *object, struct bpf_program *wanted)
{
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		const struct btf_type *type;
		bool holds = false;
		size_t size = 0;
		char *value;

		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		value = bpf_map__initial_value(map, &size);
		type = btf__type_by_id(btf, bpf_map__btf_value_type_id(map));
		if (!value || !type || !btf_is_struct(type))
			continue;
		for (int i = 0; i < btf_vlen(type); i++) {
			size_t at = btf_members(type)[i].offset / 8;
			struct bpf_program *slot;

			if (!btf_is_ptr(btf__type_by_id(btf, btf_members(type)[i].type)) || at + sizeof(slot) > size)
				continue;
			memcpy(&slot, value + at, sizeof(slot));
			if (slot == wanted)
				holds = true;
			else
				memset(value + at, 0, sizeof(slot));
		}
		bpf_map__set_autocreate(map, holds);
	}
}

static void load_alone(const char *path, const char *name)
{
	struct bpf_program *program, *wanted = NULL;
	struct bpf_object *object;
	int error;

	forget_messages();
	object = bpf_object__open_file(path, NULL);
	if (!object) {
		print_record(path, NULL, "unloadable", errno);
		return;
	}
	complete_maps(object);
	bpf_object__for_each_program(program, object) {
		bool is_wanted = strcmp(bpf_program__name(program), name) == 0;

		bpf_program__set_autoload(program, is_wanted);
		if (is_wanted)
			wanted = program;
	}
	keep_only(object, wanted);
	bpf_program__set_log_buf(wanted, verifier_log, LOG_BYTES);
	bpf_program__set_log_level(wanted, 1);
	error = bpf_object__load(object);
	if (bpf_program__fd(wanted) >= 0)
		print_record(path, wanted, "loaded", 0);
	else
		print_record(path, wanted, verifier_log[0] ? "refused" : "unloadable", error);
}

static void load_clone(const char *path, struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = verifier_log, .log_size = LOG_BYTES, .log_level = 1);
	int fd;

	forget_messages();
	fd = bpf_program__clone(program, &options);
	/*
	 * Not the program's fault: an attribute that this kernel does not know (no log), or a clone that hands over
	 * descriptor 0 in place of vmlinux among the BTFs of its kfuncs.
	 */
	if (fd < 0 && (!verifier_log[0] || strstr(verifier_log, "fd 0 is not pointing to valid bpf_map or btf")))
		load_alone(path, bpf_program__name(program));
	else
		print_record(path, program, fd < 0 ? "refused" : "loaded", fd < 0 ? fd : 0);
}

static void watch(pid_t child, const char *path, const struct bpf_program *program)
{
	int status = 0;

	waitpid(child, &status, 0);
	if (!WIFSIGNALED(status))
		return;
	forget_messages();
	print_record(path, program, WTERMSIG(status) == SIGALRM ? "timeout" : "crash", WTERMSIG(status));
}

static void load_object(const char *path)
{
	struct bpf_object *object;
	struct bpf_program *program;
	bool prepared;

	forget_messages();
	object = bpf_object__open_file(path, NULL);
	if (!object) {
		print_record(path, NULL, "unloadable", errno);
		return;
	}
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, true);
	complete_maps(object);
	prepared = bpf_object__prepare(object) == 0;
	if (!prepared) {
		bpf_object__close(object);
		object = bpf_object__open_file(path, NULL);
		if (!object) {
			print_record(path, NULL, "unloadable", errno);
			return;
		}
	}
	bpf_object__for_each_program(program, object) {
		pid_t child = fork();

		if (child == 0) {
			alarm(seconds);
			if (prepared)
				load_clone(path, program);
			else
				load_alone(path, bpf_program__name(program));
			_exit(0);
		}
		watch(child, path, program);
	}
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int option;

	while ((option = getopt(argc, argv, "t:")) != -1) {
		if (option != 't')
			return 2;
		seconds = atoi(optarg);
	}
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	libbpf_set_print(keep_warning);
	verifier_log = malloc(LOG_BYTES);
	if (!verifier_log)
		return 1;
	for (int i = optind; i < argc; i++) {
		pid_t child = fork();

		if (child == 0) {
			load_object(argv[i]);
			_exit(0);
		}
		watch(child, argv[i], NULL);
		printf("{\"done\":\"%s\"}\n", argv[i]);
		fflush(stdout);
	}
	return 0;
}
