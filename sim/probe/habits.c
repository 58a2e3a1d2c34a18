/* Small questions whose answer does not depend on who has a file open. */

#include "probe.h"

static DWORD open_existing(const wchar_t *path, DWORD access)
{
    return closed(CreateFileW(path, access, 0, NULL, OPEN_EXISTING, 0, NULL));
}

static DWORD create(const wchar_t *path, DWORD disposition)
{
    return closed(CreateFileW(path, GENERIC_WRITE, 0, NULL, disposition, FILE_ATTRIBUTE_NORMAL, NULL));
}

static DWORD move(const wchar_t *source, const wchar_t *target, DWORD flags)
{
    return result_of(MoveFileExW(source, target, flags));
}

static DWORD open_beside(const wchar_t *present, const wchar_t *asked)
{
    write_file(present);
    return open_existing(asked, GENERIC_READ);
}

/* Letter case. */

static DWORD find_other_case(void) { return open_beside(L"foo", L"FOO"); }
static DWORD find_accented(void) { return open_beside(L"\u00e9", L"\u00c9"); }
static DWORD find_greek(void) { return open_beside(L"\u03c3", L"\u03a3"); }
static DWORD find_final_sigma(void) { return open_beside(L"\u03c2", L"\u03a3"); }
static DWORD find_kelvin(void) { return open_beside(L"k", L"\u212a"); }
static DWORD find_sharp_s(void) { return open_beside(L"\u00df", L"ss"); }
static DWORD find_capital_sharp_s(void) { return open_beside(L"\u00df", L"\u1e9e"); }
static DWORD find_dotted_i(void) { return open_beside(L"i", L"\u0130"); }
static DWORD find_dotless_i(void) { return open_beside(L"I", L"\u0131"); }
static DWORD find_micro(void) { return open_beside(L"\u00b5", L"\u03bc"); }
static DWORD find_long_s(void) { return open_beside(L"s", L"\u017f"); }
static DWORD find_deseret(void) { return open_beside(L"\U00010428", L"\U00010400"); }
static DWORD find_decomposed(void) { return open_beside(L"\u00e9", L"e\u0301"); }

static DWORD create_other_case(void)
{
    write_file(L"foo");
    return create(L"FOO", CREATE_NEW);
}

static DWORD rename_beside_other_case(void)
{
    write_file(L"foo");
    write_file(L"bar");
    return move(L"bar", L"FOO", 0);
}

/* 0 where the folder then lists the new spelling, 1 where it keeps the old one. */
static DWORD spelled(const wchar_t *expected)
{
    wchar_t name[MAX_PATH];
    must(only_entry(name), "finding an entry");
    return wcscmp(name, expected) != 0;
}

static DWORD respell_by_rename(void)
{
    write_file(L"foo");
    must(MoveFileExW(L"foo", L"FOO", 0), "renaming to another case");
    return spelled(L"FOO");
}

static DWORD respell_by_creating_over(void)
{
    write_file(L"foo");
    must(create(L"FOO", CREATE_ALWAYS) == ERROR_SUCCESS, "creating over it");
    return spelled(L"FOO");
}

static DWORD respell_by_renaming_over(void)
{
    write_file(L"foo");
    write_file(L"bar");
    must(MoveFileExW(L"bar", L"FOO", MOVEFILE_REPLACE_EXISTING), "renaming over it");
    return spelled(L"FOO");
}

/* Attributes. */

static void write_with(const wchar_t *path, DWORD attributes)
{
    write_file(path);
    must(SetFileAttributesW(path, attributes), "setting attributes");
}

static DWORD delete_read_only(void)
{
    write_with(L"file", FILE_ATTRIBUTE_READONLY);
    return result_of(DeleteFileW(L"file"));
}

static DWORD write_read_only(void)
{
    write_with(L"file", FILE_ATTRIBUTE_READONLY);
    return open_existing(L"file", GENERIC_WRITE);
}

static DWORD create_over_read_only(void)
{
    write_with(L"file", FILE_ATTRIBUTE_READONLY);
    return create(L"file", CREATE_ALWAYS);
}

static DWORD create_over_hidden(void)
{
    write_with(L"file", FILE_ATTRIBUTE_HIDDEN);
    return create(L"file", CREATE_ALWAYS);
}

static DWORD rename_over_read_only(void)
{
    write_with(L"file", FILE_ATTRIBUTE_READONLY);
    write_file(L"other");
    return move(L"other", L"file", MOVEFILE_REPLACE_EXISTING);
}

static DWORD rename_read_only(void)
{
    write_with(L"file", FILE_ATTRIBUTE_READONLY);
    return move(L"file", L"other", 0);
}

static DWORD time_read_only(void)
{
    FILETIME moment = {0, 0x01D00000};
    HANDLE handle;
    DWORD result;
    write_with(L"file", FILE_ATTRIBUTE_READONLY);
    handle = CreateFileW(L"file", FILE_WRITE_ATTRIBUTES, 0, NULL, OPEN_EXISTING, 0, NULL);
    result = result_of(handle != INVALID_HANDLE_VALUE && SetFileTime(handle, NULL, NULL, &moment));
    closed(handle);
    return result;
}

/* Folders. */

static DWORD remove_full_folder(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    write_file(L"folder\\file");
    return result_of(RemoveDirectoryW(L"folder"));
}

static DWORD remove_read_only_folder(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    must(SetFileAttributesW(L"folder", FILE_ATTRIBUTE_READONLY), "setting attributes");
    return result_of(RemoveDirectoryW(L"folder"));
}

static DWORD create_in_read_only_folder(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    must(SetFileAttributesW(L"folder", FILE_ATTRIBUTE_READONLY), "setting attributes");
    return create(L"folder\\file", CREATE_NEW);
}

static DWORD delete_folder(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    return result_of(DeleteFileW(L"folder"));
}

static DWORD remove_file(void)
{
    write_file(L"file");
    return result_of(RemoveDirectoryW(L"file"));
}

static DWORD open_folder_as_file(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    return open_existing(L"folder", GENERIC_READ);
}

static DWORD make_folder_over_file(void)
{
    write_file(L"entry");
    return result_of(CreateDirectoryW(L"entry", NULL));
}

static DWORD create_over_folder(void)
{
    must(CreateDirectoryW(L"entry", NULL), "making a folder");
    return create(L"entry", CREATE_ALWAYS);
}

static DWORD rename_over_folder(void)
{
    must(CreateDirectoryW(L"entry", NULL), "making a folder");
    write_file(L"file");
    return move(L"file", L"entry", MOVEFILE_REPLACE_EXISTING);
}

static DWORD rename_folder_over_file(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    write_file(L"entry");
    return move(L"folder", L"entry", MOVEFILE_REPLACE_EXISTING);
}

static DWORD rename_folder_over_folder(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    must(CreateDirectoryW(L"entry", NULL), "making a folder");
    return move(L"folder", L"entry", MOVEFILE_REPLACE_EXISTING);
}

static DWORD rename_folder_below_itself(void)
{
    must(CreateDirectoryW(L"folder", NULL), "making a folder");
    return move(L"folder", L"folder\\below", 0);
}

/* What is not there. */

static DWORD open_missing(void) { return open_existing(L"missing", GENERIC_READ); }
static DWORD open_in_missing_folder(void) { return open_existing(L"missing\\file", GENERIC_READ); }
static DWORD open_below_file(void) { return open_beside(L"file", L"file\\below"); }
static DWORD delete_missing(void) { return result_of(DeleteFileW(L"missing")); }
static DWORD rename_missing(void) { return move(L"missing", L"other", 0); }

static DWORD rename_into_missing_folder(void)
{
    write_file(L"file");
    return move(L"file", L"missing\\file", 0);
}

/* Times and lengths. */

/* 0 where a time of an odd number of 100 ns comes back as it was set, 1 where it does not. */
static DWORD lose_100_ns(void)
{
    FILETIME asked = {1, 0x01D00000}, kept;
    HANDLE handle = CreateFileW(L"file", GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    must(handle != INVALID_HANDLE_VALUE, "making a file");
    must(SetFileTime(handle, NULL, NULL, &asked), "setting a time");
    must(GetFileTime(handle, NULL, NULL, &kept), "asking for a time");
    CloseHandle(handle);
    return CompareFileTime(&asked, &kept) != 0;
}

/* A plain full path of so many units, its last folder made beforehand. */
static void long_path(wchar_t *path, size_t units)
{
    size_t length = GetCurrentDirectoryW(MAX_PATH, path);
    wcscat(path, L"\\");
    wmemset(path + length + 1, L'f', 100);
    path[length + 101] = L'\0';
    must(CreateDirectoryW(path, NULL), "making a folder");
    wcscat(path, L"\\");
    wmemset(path + length + 102, L'a', units - length - 102);
    path[units] = L'\0';
}

static DWORD create_at_length(size_t units)
{
    wchar_t path[MAX_PATH + 8];
    long_path(path, units);
    return create(path, CREATE_NEW);
}

static DWORD make_folder_at_length(size_t units)
{
    wchar_t path[MAX_PATH + 8];
    long_path(path, units);
    return result_of(CreateDirectoryW(path, NULL));
}

static DWORD create_path_259(void) { return create_at_length(259); }
static DWORD create_path_260(void) { return create_at_length(260); }
static DWORD make_folder_path_247(void) { return make_folder_at_length(247); }
static DWORD make_folder_path_248(void) { return make_folder_at_length(248); }

static const struct { const char *name; DWORD (*ask)(void); } HABITS[] = {
    {"open FOO where foo is", find_other_case},
    {"open U+00C9 where U+00E9 is", find_accented},
    {"open U+03A3 where U+03C3 is", find_greek},
    {"open U+03A3 where U+03C2 is", find_final_sigma},
    {"open U+212A where k is", find_kelvin},
    {"open ss where U+00DF is", find_sharp_s},
    {"open U+1E9E where U+00DF is", find_capital_sharp_s},
    {"open U+0130 where i is", find_dotted_i},
    {"open U+0131 where I is", find_dotless_i},
    {"open U+03BC where U+00B5 is", find_micro},
    {"open U+017F where s is", find_long_s},
    {"open U+10400 where U+10428 is", find_deseret},
    {"open e U+0301 where U+00E9 is", find_decomposed},
    {"create new FOO where foo is", create_other_case},
    {"rename bar to FOO where foo is", rename_beside_other_case},
    {"rename foo to FOO: old spelling kept", respell_by_rename},
    {"create FOO over foo: old spelling kept", respell_by_creating_over},
    {"rename bar over foo as FOO: old spelling kept", respell_by_renaming_over},
    {"delete a read-only file", delete_read_only},
    {"open a read-only file to write", write_read_only},
    {"create over a read-only file", create_over_read_only},
    {"create over a hidden file, without that attribute", create_over_hidden},
    {"rename another over a read-only file", rename_over_read_only},
    {"rename a read-only file", rename_read_only},
    {"set times of a read-only file", time_read_only},
    {"remove a folder that is not empty", remove_full_folder},
    {"remove a read-only folder", remove_read_only_folder},
    {"create in a read-only folder", create_in_read_only_folder},
    {"delete a folder as if it were a file", delete_folder},
    {"remove a file as if it were a folder", remove_file},
    {"open a folder as if it were a file", open_folder_as_file},
    {"make a folder where a file is", make_folder_over_file},
    {"create over a folder", create_over_folder},
    {"rename a file over a folder", rename_over_folder},
    {"rename a folder over a file", rename_folder_over_file},
    {"rename a folder over an empty folder", rename_folder_over_folder},
    {"rename a folder below itself", rename_folder_below_itself},
    {"open a missing file", open_missing},
    {"open in a missing folder", open_in_missing_folder},
    {"open below a file", open_below_file},
    {"delete a missing file", delete_missing},
    {"rename a missing file", rename_missing},
    {"rename into a missing folder", rename_into_missing_folder},
    {"set a time to 100 ns: not kept", lose_100_ns},
    {"create by a plain path of 259 units", create_path_259},
    {"create by a plain path of 260 units", create_path_260},
    {"make a folder by a plain path of 247 units", make_folder_path_247},
    {"make a folder by a plain path of 248 units", make_folder_path_248},
};

void print_habits(void)
{
    for (size_t index = 0; index < LENGTH(HABITS); index++) {
        DWORD result;
        enter_scene();
        result = HABITS[index].ask();
        leave_scene();
        next_row();
        printf("{\"habit\": \"%s\", \"result\": %lu}", HABITS[index].name, result);
    }
}
