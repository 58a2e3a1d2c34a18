/* What becomes of a new file of a certain name, by a plain path and by a verbatim one (`\\?\`).
 *
 * A name that means a device is not opened: what comes of that depends on the
 * machine's serial ports and on whether it has a console. It has the result 0
 * and becomes the device.
 */

#include "probe.h"

#define LONGEST 256
#define VERBATIM L"\\\\?\\"
#define DEVICE L"\\\\.\\"

static const wchar_t *const NAMES[] = {
    L"plain", L".a", L" a", L"a b", L"a.b.c", L"a~1", L"a'b", L"a&b", L"a%b",
    L"a<b", L"a>b", L"a:b", L"a\"b", L"a|b", L"a?", L"a*", L"a/b",
    L"a\001b", L"a\tb", L"a\037b", L"a\177b",
    L"a.", L"a ", L"a. ", L"a .", L"a...", L"...", L" ", L".", L"..",
    L"NUL", L"nul", L"NUL.txt", L"nul.tar.gz", L"NUL .txt", L"NUL ", L"NULL", L"xNUL",
    L"CON", L"con.txt", L"PRN", L"AUX", L"aux.h", L"CONIN$", L"conout$", L"CONIN$.txt", L"CLOCK$",
    L"COM0", L"COM1", L"com1.txt", L"COM9", L"COM10", L"LPT0", L"LPT1", L"lpt9.txt",
    L"COM\u00b9", L"COM\u00b2", L"COM\u00b3.txt", L"LPT\u00b9", L"LPT\u00b2", L"LPT\u00b3", L"COM\u2074",
    L"\u00e9", L"e\u0301", L"\U0001F600", L"\uFF1A", L"\u00A0",
};

static void print_name(const wchar_t *name, BOOL verbatim)
{
    wchar_t path[MAX_PATH + LONGEST + 8] = L"", becomes[MAX_PATH + LONGEST] = L"";
    DWORD result = ERROR_SUCCESS;
    enter_scene();
    GetFullPathNameW(name, LENGTH(path), path, NULL); /* of some names there is none */
    if (!verbatim && wcsncmp(path, DEVICE, wcslen(DEVICE)) == 0) {
        wcscpy(becomes, path);
    } else {
        wcscpy(path, verbatim ? VERBATIM : L"");
        if (verbatim) {
            GetCurrentDirectoryW(MAX_PATH, path + wcslen(path));
            wcscat(path, L"\\");
        }
        wcscat(path, name);
        result = closed(CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
        only_entry(becomes);
    }
    leave_scene();
    next_row();
    fputs("{\"name\": ", stdout);
    print_text(name);
    printf(", \"verbatim\": %s, \"result\": %lu, \"becomes\": ", verbatim ? "true" : "false", result);
    print_text(becomes);
    putchar('}');
}

static void print_both(const wchar_t *name)
{
    print_name(name, FALSE);
    print_name(name, TRUE);
}

static void print_repeated(wchar_t unit, size_t units)
{
    wchar_t name[LONGEST + 1] = L"";
    wmemset(name, unit, units);
    print_both(name);
}

void print_names(void)
{
    for (size_t index = 0; index < LENGTH(NAMES); index++) print_both(NAMES[index]);
    print_repeated(L'a', 255);
    print_repeated(L'a', 256);
    print_repeated(L'\u00e9', 255);
    print_repeated(0xD800, 1);
}
