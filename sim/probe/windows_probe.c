/* Prints what Windows answers, as one JSON document of one row a line.
 *
 * Needs nothing and asks nothing of the machine: every question is put in a new
 * folder below the current one. A result is a Win32 error code, 0 is success.
 */

#include "probe.h"

static const char CONTENT[FILE_BYTES + 1] = "0123456789abcdef";
static const char *separator;

DWORD result_of(BOOL succeeded) { return succeeded ? ERROR_SUCCESS : GetLastError(); }

DWORD closed(HANDLE handle)
{
    DWORD result = result_of(handle != INVALID_HANDLE_VALUE);
    if (handle != INVALID_HANDLE_VALUE) CloseHandle(handle);
    return result;
}

void must(BOOL succeeded, const char *what)
{
    if (succeeded) return;
    fprintf(stderr, "windows_probe: %s failed with %lu\n", what, GetLastError());
    exit(EXIT_FAILURE);
}

/* Scenes are left behind for whoever made the working folder. */
void enter_scene(void)
{
    static int number = 0;
    wchar_t name[16];
    swprintf(name, LENGTH(name), L"scene%d", ++number);
    must(CreateDirectoryW(name, NULL), "making a scene");
    must(SetCurrentDirectoryW(name), "entering a scene");
}

void leave_scene(void) { must(SetCurrentDirectoryW(L".."), "leaving a scene"); }

void write_file(const wchar_t *path)
{
    DWORD written;
    HANDLE handle = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    must(handle != INVALID_HANDLE_VALUE, "making a file");
    must(WriteFile(handle, CONTENT, FILE_BYTES, &written, NULL), "writing a file");
    CloseHandle(handle);
}

BOOL only_entry(wchar_t *name)
{
    WIN32_FIND_DATAW data;
    HANDLE handle = FindFirstFileW(L"*", &data);
    BOOL found = FALSE;
    must(handle != INVALID_HANDLE_VALUE, "listing a scene");
    do {
        if (wcscmp(data.cFileName, L".") == 0 || wcscmp(data.cFileName, L"..") == 0) continue;
        wcscpy(name, data.cFileName);
        found = TRUE;
    } while (FindNextFileW(handle, &data));
    FindClose(handle);
    return found;
}

void first_row(void) { separator = "\n"; }

void next_row(void)
{
    fputs(separator, stdout);
    separator = ",\n";
}

void print_text(const wchar_t *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text < 0x20 || *text > 0x7E || *text == '"' || *text == '\\')
            printf("\\u%04x", (unsigned)*text);
        else
            putchar((int)*text);
    }
    putchar('"');
}

static void print_section(const char *opening, void (*print)(void))
{
    fputs(opening, stdout);
    first_row();
    print();
    fputs("\n]", stdout);
}

/* Wine has one function more than Windows. */
static const char *wine_version(void)
{
    HMODULE library = GetModuleHandleW(L"ntdll.dll");
    const char *(*ask)(void) = (const char *(*)(void))(void *)GetProcAddress(library, "wine_get_version");
    return ask == NULL ? "" : ask();
}

int main(void)
{
    printf("{\n\"wine\": \"%s\"", wine_version());
    print_section(",\n\"rows\": [", print_sharing);
    print_section(",\n\"names\": [", print_names);
    print_section(",\n\"habits\": [", print_habits);
    fputs("\n}\n", stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
