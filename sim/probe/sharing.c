/* Operations on a file, by how it is open elsewhere: by another handle of this process.
 *
 * Share modes and byte ranges belong to handles, not to processes (Microsoft:
 * CreateFileW, LockFileEx), so that one process can ask them all.
 */

#include "probe.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define SHARE_PYTHON (FILE_SHARE_READ | FILE_SHARE_WRITE) /* what the C runtime, and Python's open, ask for */
#define LOCKED_BYTES 4

static const wchar_t FOLDER[] = L"folder", TARGET[] = L"folder\\file", OTHER[] = L"other", AWAY[] = L"away";

static void furnish(void)
{
    must(CreateDirectoryW(FOLDER, NULL), "making a folder");
    write_file(TARGET);
    write_file(OTHER);
}

/* Who has the target open while the question is put. */
static HANDLE held = INVALID_HANDLE_VALUE;
static void *view = NULL;

static HANDLE opened(const wchar_t *path, DWORD access, DWORD share, DWORD disposition)
{
    return CreateFileW(path, access, share, NULL, disposition, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static DWORD try_open(const wchar_t *path, DWORD access, DWORD share, DWORD disposition)
{
    return closed(opened(path, access, share, disposition));
}

/* How the target is open elsewhere. */

static void hold(const wchar_t *path, DWORD access, DWORD share)
{
    held = opened(path, access, share, OPEN_EXISTING);
    must(held != INVALID_HANDLE_VALUE, "opening elsewhere");
}

static void hold_not(void) {}
static void hold_read_none(void) { hold(TARGET, GENERIC_READ, 0); }
static void hold_read_r(void) { hold(TARGET, GENERIC_READ, FILE_SHARE_READ); }
static void hold_read_rw(void) { hold(TARGET, GENERIC_READ, SHARE_PYTHON); }
static void hold_read_rwd(void) { hold(TARGET, GENERIC_READ, SHARE_ALL); }
static void hold_write_none(void) { hold(TARGET, GENERIC_WRITE, 0); }
static void hold_write_r(void) { hold(TARGET, GENERIC_WRITE, FILE_SHARE_READ); }
static void hold_write_rw(void) { hold(TARGET, GENERIC_WRITE, SHARE_PYTHON); }
static void hold_write_rwd(void) { hold(TARGET, GENERIC_WRITE, SHARE_ALL); }
static void hold_delete_rwd(void) { hold(TARGET, DELETE, SHARE_ALL); }
static void hold_attributes_none(void) { hold(TARGET, FILE_READ_ATTRIBUTES, 0); }
static void hold_folder_rw(void) { hold(FOLDER, FILE_LIST_DIRECTORY, SHARE_PYTHON); }
static void hold_folder_rwd(void) { hold(FOLDER, FILE_LIST_DIRECTORY, SHARE_ALL); }

static void hold_range(void)
{
    OVERLAPPED from = {0};
    hold(TARGET, GENERIC_READ | GENERIC_WRITE, SHARE_ALL);
    must(LockFileEx(held, LOCKFILE_EXCLUSIVE_LOCK, 0, LOCKED_BYTES, 0, &from), "locking a range");
}

static void hold_shared_range(void)
{
    OVERLAPPED from = {0};
    hold(TARGET, GENERIC_READ | GENERIC_WRITE, SHARE_ALL);
    must(LockFileEx(held, 0, 0, LOCKED_BYTES, 0, &from), "locking a range for all readers");
}

/* Only the view stays: the handles of file and mapping are closed, as many programs do. */
static void hold_mapped(void)
{
    HANDLE mapping;
    hold(TARGET, GENERIC_READ, SHARE_ALL);
    mapping = CreateFileMappingW(held, NULL, PAGE_READONLY, 0, 0, NULL);
    must(mapping != NULL, "making a mapping");
    view = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    must(view != NULL, "mapping");
    CloseHandle(mapping);
    CloseHandle(held);
    held = INVALID_HANDLE_VALUE;
}

static void hold_marked(void)
{
    FILE_DISPOSITION_INFO marked = {TRUE};
    hold(TARGET, DELETE | GENERIC_READ, SHARE_ALL);
    must(SetFileInformationByHandle(held, FileDispositionInfo, &marked, sizeof marked), "marking");
}

static void release(void)
{
    if (view != NULL) UnmapViewOfFile(view);
    if (held != INVALID_HANDLE_VALUE) CloseHandle(held);
    view = NULL;
    held = INVALID_HANDLE_VALUE;
}

static const struct { const char *name; void (*hold)(void); } STATES[] = {
    {"not at all", hold_not},
    {"reading, sharing nothing", hold_read_none},
    {"reading, sharing READ", hold_read_r},
    {"reading, sharing READ|WRITE", hold_read_rw},
    {"reading, sharing READ|WRITE|DELETE", hold_read_rwd},
    {"writing, sharing nothing", hold_write_none},
    {"writing, sharing READ", hold_write_r},
    {"writing, sharing READ|WRITE", hold_write_rw},
    {"writing, sharing READ|WRITE|DELETE", hold_write_rwd},
    {"to delete, sharing READ|WRITE|DELETE", hold_delete_rwd},
    {"attributes only, sharing nothing", hold_attributes_none},
    {"first 4 bytes locked", hold_range},
    {"first 4 bytes locked for reading", hold_shared_range},
    {"mapped for reading", hold_mapped},
    {"marked for deletion", hold_marked},
    {"its folder, sharing READ|WRITE", hold_folder_rw},
    {"its folder, sharing READ|WRITE|DELETE", hold_folder_rwd},
};

/* What is asked for. */

static DWORD open_read(void) { return try_open(TARGET, GENERIC_READ, SHARE_ALL, OPEN_EXISTING); }
static DWORD open_write(void) { return try_open(TARGET, GENERIC_WRITE, SHARE_ALL, OPEN_EXISTING); }
static DWORD open_truncate(void) { return try_open(TARGET, GENERIC_WRITE, SHARE_ALL, TRUNCATE_EXISTING); }
static DWORD open_delete(void) { return try_open(TARGET, DELETE, SHARE_ALL, OPEN_EXISTING); }
static DWORD open_read_python(void) { return try_open(TARGET, GENERIC_READ, SHARE_PYTHON, OPEN_EXISTING); }
static DWORD open_write_python(void) { return try_open(TARGET, GENERIC_WRITE, SHARE_PYTHON, OPEN_EXISTING); }
static DWORD open_exclusive(void) { return try_open(TARGET, GENERIC_READ, 0, OPEN_EXISTING); }
static DWORD create_over(void) { return try_open(TARGET, GENERIC_WRITE, SHARE_ALL, CREATE_ALWAYS); }
static DWORD create_new(void) { return try_open(TARGET, GENERIC_WRITE, SHARE_ALL, CREATE_NEW); }
static DWORD open_folder(void) { return try_open(FOLDER, FILE_LIST_DIRECTORY, SHARE_ALL, OPEN_EXISTING); }
static DWORD create_beside(void)
{
    return try_open(L"folder\\beside", GENERIC_WRITE, SHARE_ALL, CREATE_NEW);
}

static DWORD delete_file(void) { return result_of(DeleteFileW(TARGET)); }

static DWORD delete_and_create(void)
{
    DWORD deleted = delete_file();
    return deleted != ERROR_SUCCESS ? deleted : create_new();
}

static DWORD delete_and_remove_folder(void)
{
    DWORD deleted = delete_file();
    return deleted != ERROR_SUCCESS ? deleted : result_of(RemoveDirectoryW(FOLDER));
}

static DWORD remove_folder(void) { return result_of(RemoveDirectoryW(FOLDER)); }
static DWORD rename_away(void) { return result_of(MoveFileExW(TARGET, AWAY, 0)); }
static DWORD rename_over(void) { return result_of(MoveFileExW(OTHER, TARGET, MOVEFILE_REPLACE_EXISTING)); }
static DWORD rename_beside(void) { return result_of(MoveFileExW(OTHER, TARGET, 0)); }
static DWORD rename_folder(void) { return result_of(MoveFileExW(FOLDER, AWAY, 0)); }
static DWORD replace_file(void) { return result_of(ReplaceFileW(TARGET, OTHER, NULL, 0, NULL, NULL)); }
static DWORD copy_over(void) { return result_of(CopyFileW(OTHER, TARGET, FALSE)); }
static DWORD set_attributes(void) { return result_of(SetFileAttributesW(TARGET, FILE_ATTRIBUTE_READONLY)); }

static DWORD get_attributes(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    return result_of(GetFileAttributesExW(TARGET, GetFileExInfoStandard, &data));
}

static DWORD list_name(void)
{
    WIN32_FIND_DATAW data;
    HANDLE handle = FindFirstFileW(TARGET, &data);
    DWORD result = result_of(handle != INVALID_HANDLE_VALUE);
    if (handle != INVALID_HANDLE_VALUE) FindClose(handle);
    return result;
}

static DWORD set_times(void)
{
    FILETIME moment = {0, 0x01D00000};
    HANDLE handle = opened(TARGET, FILE_WRITE_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING);
    DWORD result = result_of(handle != INVALID_HANDLE_VALUE && SetFileTime(handle, NULL, NULL, &moment));
    closed(handle);
    return result;
}

enum work { READ_BYTES, WRITE_BYTES, CUT_OFF, LOCK_RANGE };

/* Opens with full sharing, does one thing at an offset and tells the first failure. */
static DWORD work_at(DWORD access, DWORD offset, enum work work)
{
    char bytes[LOCKED_BYTES] = {0};
    DWORD count, result;
    OVERLAPPED at = {.Offset = offset};
    HANDLE handle = opened(TARGET, access, SHARE_ALL, OPEN_EXISTING);
    BOOL done = handle != INVALID_HANDLE_VALUE;
    if (done) SetFilePointer(handle, (LONG)offset, NULL, FILE_BEGIN);
    if (done && work == READ_BYTES) done = ReadFile(handle, bytes, sizeof bytes, &count, NULL);
    if (done && work == WRITE_BYTES) done = WriteFile(handle, bytes, sizeof bytes, &count, NULL);
    if (done && work == CUT_OFF) done = SetEndOfFile(handle);
    if (done && work == LOCK_RANGE)
        done = LockFileEx(handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, LOCKED_BYTES, 0, &at);
    result = result_of(done);
    closed(handle);
    return result;
}

static DWORD read_first(void) { return work_at(GENERIC_READ, 0, READ_BYTES); }
static DWORD read_last(void) { return work_at(GENERIC_READ, FILE_BYTES - LOCKED_BYTES, READ_BYTES); }
static DWORD write_first(void) { return work_at(GENERIC_WRITE, 0, WRITE_BYTES); }
static DWORD write_last(void) { return work_at(GENERIC_WRITE, FILE_BYTES - LOCKED_BYTES, WRITE_BYTES); }
static DWORD cut_off(void) { return work_at(GENERIC_WRITE, 0, CUT_OFF); }
static DWORD lock_first(void) { return work_at(GENERIC_READ | GENERIC_WRITE, 0, LOCK_RANGE); }

/* FILE_RENAME_INFO through a handle of its own, the way a replicator can rename what it has just written. */
static DWORD rename_by_handle(void)
{
    static const wchar_t NAME[] = L"folder\\new name";
    union { FILE_RENAME_INFO info; char room[sizeof(FILE_RENAME_INFO) + 2 * MAX_PATH]; } rename = {0};
    HANDLE handle = opened(TARGET, DELETE | SYNCHRONIZE, SHARE_ALL, OPEN_EXISTING);
    DWORD result;
    if (handle == INVALID_HANDLE_VALUE) return GetLastError();
    rename.info.FileNameLength = GetFullPathNameW(NAME, MAX_PATH, rename.info.FileName, NULL) * sizeof(wchar_t);
    result = result_of(SetFileInformationByHandle(handle, FileRenameInfo, &rename, sizeof rename));
    CloseHandle(handle);
    return result;
}

static const struct { const char *name; DWORD (*ask)(void); } OPERATIONS[] = {
    {"open to read", open_read},
    {"open to write", open_write},
    {"open to read, sharing READ|WRITE", open_read_python},
    {"open to write, sharing READ|WRITE", open_write_python},
    {"open to read, sharing nothing", open_exclusive},
    {"open to delete", open_delete},
    {"open and truncate", open_truncate},
    {"create over it", create_over},
    {"create new", create_new},
    {"copy over it", copy_over},
    {"delete", delete_file},
    {"delete, then create new", delete_and_create},
    {"delete, then remove its folder", delete_and_remove_folder},
    {"rename it away", rename_away},
    {"rename it by handle", rename_by_handle},
    {"rename another over it", rename_over},
    {"rename another to its name", rename_beside},
    {"replace it by another", replace_file},
    {"rename its folder", rename_folder},
    {"remove its folder", remove_folder},
    {"open its folder", open_folder},
    {"create beside it", create_beside},
    {"set attributes", set_attributes},
    {"set times", set_times},
    {"get attributes", get_attributes},
    {"list", list_name},
    {"read first 4 bytes", read_first},
    {"read last 4 bytes", read_last},
    {"write first 4 bytes", write_first},
    {"write last 4 bytes", write_last},
    {"cut to nothing", cut_off},
    {"lock first 4 bytes", lock_first},
};

void print_sharing(void)
{
    for (size_t operation = 0; operation < LENGTH(OPERATIONS); operation++)
        for (size_t state = 0; state < LENGTH(STATES); state++) {
            DWORD result;
            enter_scene();
            furnish();
            STATES[state].hold();
            result = OPERATIONS[operation].ask();
            release();
            leave_scene();
            next_row();
            printf("{\"operation\": \"%s\", \"open_elsewhere\": \"%s\", \"result\": %lu}",
                   OPERATIONS[operation].name, STATES[state].name, result);
        }
}
