"""The simulator: psync's own client and listener, unmodified, in a world of virtual time.

One seed, one history: the same on every CPython and under every PYTHONHASHSEED.

A scenario is a coroutine that is given a world. It boots machines, arranges
their files, starts programs, and looks at what has come of it:

    async def a_letter_arrives(world: World) -> None:
        near, far = world.machine("near"), world.machine("far")
        near.files.plant(b"/data", {b"letter": b"hello", b"folder": None})
        listener = far.start(listen, settings)           # async main(settings, system) -> exit code
        assert await near.start(send, settings).wait() == 0
        assert far.files.tree(b"/kept") == near.files.tree(b"/data")
        listener.kill()

    with World(seed=7) as world:
        world.run(a_letter_arrives(world))
        print(world.trace.digest())

`sim.replication` starts psync's own programs; tests/sim/example.py holds two
small ones with a scenario, to copy from. A test waits for what a program says
or does (an `asyncio.Event` in its settings, its exit code), never for a while.

What can be set or told, at any time:

* `machine.files`: its user's hands: plant, tree, read, write, and `os` for the rest.
* `machine.disk`: `quota_bytes`, `forbidden_characters`, `time_granularity_ns`, `modes_kept`.
* `world.machine(name, PathStyle.WINDOWS)`: a machine with a drive C, whose paths are `C:\\Folder`;
  `machine.disk.open_elsewhere(path, state)`: another program there has a file open, and perhaps locks it.
* `machine.power_cut(choose)`, `boot()`: all that was not synced may be lost, as `sim.crash` says.
* `machine.clock_offset_ns`: the wall clock jumps; `loop.time()` does not.
* `machine.watchers`: told of each system call before it is made. Raise an
  `OSError` there and the call fails with it; call `call.process.kill()` and the
  process never returns from it, nor runs any `finally`. `call.number` counts.
* `machine.witnesses`: told of each call that has returned or failed, with its outcome.
* `process.kill()`, `hang()`, `resume()`, `send_signal()`, `wait()`: the exit code, or minus the signal.
* `world.network.route`: latency, rate, where streams are cut into segments; `network.link(a, b)`:
  one direction alone, which can be held, watched and tampered with.
* `world.loop.jobs.is_interleaved`: threads stand still at their system calls, as the seed decides.
* `world.random(stream)`: randomness that shifts no other stream.
* `world.note(text)`: a line of the scenario's own in `world.trace`, and in the story of its picture.

An exception that a program does not handle makes its exit code 1 and is raised
by `World.run` at the end. A world in which nothing can happen any more raises
`Deadlock` and names those who wait; one in which time stands still, `Livelock`.

Rooms: `agenda` is the clock · `loop` is asyncio's own selector loop on it, `jobs` its
threads · `link`, `wire`, `tcp`, `handshake`, `sockets`, `stack`, `network` are the kernel's side
of a socket · `disk`, `walk`, `opening`, `descriptor`, `entries` its side of a
file, over the `inodes` of pyfakefs, `crash` what of it survives · `databases` are
SQLite · `gate`, `operating_system`, `claims`,
`system` are the seam that production code sees · `windows`, `windows_walk`,
`windows_system`, `handles` are the rules of a Windows machine · `process`,
`machine`, `world` put them together · `trace` is what is left, with `contents`
for what the files hold · `picture` draws it. A `plan` is a world before it begins, drawn
by `presets` from a seed; a `trial` carries it out, its `faults` fail it, its `checkers`
and the `ledger` say what was broken, `sometimes` what was reached · `cli`, `commands`,
`sweep`, `shrink`, `replay`, `experiment` are what `python -m sim` does · `probe` asks
Wine what `windows_table.json` says.

How it is kept honest: tests/sim/network_programs.py and peer_programs.py run on the real loopback
and here, tests/sim/contract.py on a real disk and here, and the outcomes are
compared. What is known to differ stands at the head of `sim.disk`, `sim.tcp`
and `tests/sim/contract.py`.

What a program must not do, since no loop can make it repeatable: iterate over a
set of coroutines (`asyncio.as_completed`), of strings, or of other objects with
an address for a hash. Tasks may stand in sets.

Absent: loss and reordering below TCP, IPv6, more than one file system a machine,
switches of threads between two lines without a system call.
"""
