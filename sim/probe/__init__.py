"""What Windows answers, asked of an independent Windows: Wine.

    python -m sim.probe            fails where sim/windows_table.json and Wine differ
    python -m sim.probe --write    writes what Wine answers into the table, and keeps its notes

The questions are the C files beside this one: `sharing.c` what an operation on a
file gives by how the file is open elsewhere, `names.c` what becomes of a name,
`habits.c` the rest. Debian's gcc-mingw-w64-x86-64 makes a program of them and
Debian's wine runs it, as a user without privileges and in a folder that is
removed afterwards.

Wine is not the Windows that psync meets. Where the two are known to differ, a row
keeps Wine's answer in `result` and has the one of Windows 10 and 11 on NTFS in
`on_windows`, with its source in `note`. What Wine cannot be asked is there too,
from its source alone, and says `"probed": false`.
"""
