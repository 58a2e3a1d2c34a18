/* What the questions have in common: a scene of their own, and how an answer is printed. */

#ifndef PROBE_H
#define PROBE_H

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))
#define FILE_BYTES 16 /* of every file that write_file makes */

DWORD result_of(BOOL succeeded);          /* the last error, 0 on success */
DWORD closed(HANDLE handle);              /* what opening it has come to; it is closed again */
void must(BOOL succeeded, const char *what); /* ends the program where no question can be put */

void enter_scene(void); /* makes a new, empty folder the current one */
void leave_scene(void);
void write_file(const wchar_t *path);
BOOL only_entry(wchar_t *name); /* the one entry of the current folder, as it is listed; FALSE if there is none */

void first_row(void);
void next_row(void);
void print_text(const wchar_t *text); /* as a JSON string of printable ASCII */

void print_sharing(void);
void print_names(void);
void print_habits(void);

#endif
