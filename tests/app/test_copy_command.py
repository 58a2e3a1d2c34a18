"""`psync copy` as a process: what it brings over, what it says, how it counts."""

import base64
import os
import sys

import pytest

from tests.app.psync_process import Site, contents

SUMMARY_KEYS = [
    "event",
    "job",
    "state",
    "files_sent",
    "files_unchanged",
    "files_deleted",
    "bytes_wire",
    "bytes_literal",
    "failed",
    "seconds",
]


def test_a_folder_is_pushed_and_pulled_back(site: Site):
    source = site.tree("source", a="one", b="two")
    with site.listener():
        pushed = site.run("copy", str(source), site.address("/docs"))
        pulled = site.run("copy", site.address("/docs"), str(site.folder / "back"))

    assert (pushed.code, pushed.err, pulled.code, pulled.err) == (0, "", 0, "")
    assert pushed.out.startswith("Converged: 2 files sent (6 B), 0 unchanged, ")
    assert contents(site.root / "docs") == contents(site.folder / "back") == contents(source)


def test_the_last_line_of_json_is_the_summary_and_a_second_run_sends_nothing(site: Site):
    source = site.tree("source", a="one", b="two")
    with site.listener():
        first, second = (site.run("copy", "--json", str(source), site.address("/docs")) for _ in range(2))

    assert list(first.events[-1]) == list(second.events[-1]) == SUMMARY_KEYS
    counts = [[run.events[-1][key] for key in SUMMARY_KEYS[:6]] for run in (first, second)]
    assert counts == [
        ["summary", "Replication", "converged", 2, 0, 0],
        ["summary", "Replication", "converged", 0, 2, 0],
    ]
    assert [event["event"] for event in second.events] == ["started", "summary"]


def test_paths_in_json_are_exact(site: Site):
    source = site.tree("source")
    (source / os.fsdecode(b"caf\xe9\n")).write_text("x")

    ran = site.run("copy", "--json", str(source), str(site.folder / "target"))

    (written,) = [event for event in ran.events if event.get("action") == "write_file"]
    assert base64.b64decode(written["path_b64"]) == b"caf\xe9\n"
    assert (written["path"], written["size"]) == ("caf\ufffd\n", 1)


def test_delete_makes_the_target_equal_and_its_absence_keeps_what_is_there(site: Site):
    source, target = site.tree("source", a="one"), site.tree("target", b="two")

    kept = site.run("copy", str(source), str(target))
    both = contents(target)
    deleted = site.run("copy", "--delete", str(source), str(target))

    assert (kept.code, both) == (0, {"a": b"one", "b": b"two"})
    assert (deleted.code, contents(target)) == (0, {"a": b"one"})
    assert "1 deleted" in deleted.out


def test_excluded_entries_are_neither_sent_nor_deleted(site: Site):
    source = site.tree("source", **{"a": "one", "b.tmp": "x", "keep.tmp": "y"})
    target = site.tree("target", **{"old.tmp": "z", "old": "z"})

    ran = site.run(
        "copy", "--delete", "--exclude", "*.tmp", "--exclude", "!keep.tmp", str(source), str(target)
    )

    assert ran.code == 0
    assert contents(target) == {"a": b"one", "keep.tmp": b"y", "old.tmp": b"z"}


def test_a_dry_run_prints_and_does_nothing(site: Site):
    source, target = site.tree("source", a="one"), site.tree("target", b="two")

    ran = site.run("copy", "--delete", "--dry-run", str(source), str(target))
    new = site.run("copy", "--dry-run", str(source), str(site.folder / "new"))

    assert (ran.code, new.code) == (0, 0)
    assert ran.out.splitlines()[:2] == ["file    a  (3 B)", "delete  b"]
    assert ran.out.splitlines()[-1] == "Dry run: would send 1 file and delete 1 file, 0 unchanged"
    assert (contents(target), (site.folder / "new").exists()) == ({"b": b"two"}, False)


def test_verbose_lists_changes_and_quiet_nothing(site: Site):
    source = site.tree("source", a="one")

    loud = site.run("copy", "-v", str(source), str(site.folder / "target"))
    quiet = site.run("copy", "-q", str(source), str(site.folder / "other"))

    assert "file    a  (3 B)" in loud.out.splitlines()
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_nothing_of_the_progress_reaches_a_pipe(site: Site):
    source = site.tree("source", **{f"file {number}": "x" * 1000 for number in range(200)})

    ran = site.run("copy", str(source), str(site.folder / "target"))

    assert len(ran.out.splitlines()) == 1
    assert (ran.out + ran.err).isascii()
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("durability", ["batch", "file", "none"])
def test_every_durability_brings_the_same(site: Site, durability: str):
    source = site.tree("source", a="one")

    ran = site.run("copy", "--durability", durability, str(source), str(site.folder / "target"))

    assert (ran.code, contents(site.folder / "target")) == (0, {"a": b"one"})


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        pytest.param(["--user", "me"], {}, id="a user name alone"),
        pytest.param([], {"PSYNC_USER": "me", "PSYNC_PASSWORD": "correct horse"}, id="the environment"),
        pytest.param(["--user", "me", "--password-file", "password"], {}, id="a file"),
    ],
)
def test_equal_secrets_on_both_sides_make_a_connection(site: Site, options: list, environment: dict):
    site.key_file("password", "correct horse\n")
    site.environment |= environment
    source = site.tree("source", a="one")
    with site.listener(*options) as listener:
        ran = site.run("copy", str(source), site.address("/docs"), *options)
        log = listener.end()

    assert (ran.code, contents(site.root / "docs")) == (0, {"a": b"one"})
    assert "correct horse" not in log.out + log.err + ran.out + ran.err


def test_a_stretched_password_is_kept_for_the_next_run(site: Site):
    password = site.key_file("password", "correct horse\n")
    os.utime(password, (0, 0))
    source = site.tree("source", a="one")
    with site.listener("--password-file", password):
        assert site.run("copy", str(source), site.address("/docs"), "--password-file", password).code == 0

    records = list((site.folder / "state").glob("stretched-*"))
    assert all(record.stat().st_mode & 0o077 == 0 for record in records)


def test_reports_that_nobody_reads_do_not_stop_the_run(site: Site):
    source = site.tree("source", **{f"file {number}": "x" for number in range(300)})
    run = f'"$0" -m psync copy -v "{source}" "{site.folder}/target" | head -n 1; exit ${{PIPESTATUS[0]}}'

    ran = site.run_command(["bash", "-c", run, sys.executable])

    assert (ran.code, ran.err, len(contents(site.folder / "target"))) == (0, "", 300)


def test_a_report_that_is_cut_short_is_no_success(site: Site):
    source = site.tree("source", a="one")
    run = f'"$0" -m psync copy "{source}" "{site.folder}/target" > /dev/full'

    ran = site.run_command(["bash", "-c", run, sys.executable])

    assert (ran.code, contents(site.folder / "target")) == (1, {"a": b"one"})
    assert ran.first_errors == [
        "Error: OUTPUT_LOST: What psync reports could not be written: No space left on device."
    ]
