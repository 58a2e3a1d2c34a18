"""What a run leaves behind."""

from pathlib import Path

from sim.artifacts import write_picture, write_trace
from sim.difference import read_trace
from sim.presets import derive
from sim.trial import carry_out


def test_a_trace_is_written_whole(tmp_path: Path):
    _, world = carry_out(derive("clean", 1), keeps_trace=True)
    file = tmp_path / "trace.ndjson"

    write_trace(world, file)

    assert read_trace(file) == world.trace.events


def test_a_picture_is_a_page_of_its_own(tmp_path: Path):
    plan = derive("clean", 1)
    result, world = carry_out(plan, keeps_trace=True)
    file = tmp_path / "run.html"

    write_picture(world, file, "clean, seed 1", plan, result)

    assert "clean, seed 1" in file.read_text("utf-8")
