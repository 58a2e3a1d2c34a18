"""What a run leaves behind."""

from pathlib import Path

from sim.artifacts import write_trace
from sim.difference import read_trace
from sim.presets import derive
from sim.trial import carry_out


def test_a_trace_is_written_whole_and_its_folder_is_made(tmp_path: Path):
    _, world = carry_out(derive("clean", 1), keeps_trace=True)
    file = tmp_path / "new" / "trace.ndjson"

    write_trace(world, file)

    assert read_trace(file) == world.trace.events
