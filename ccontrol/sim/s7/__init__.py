"""A stand-alone S7-300/400 for tests, benchmarks and the demo: own frames, own blocks, no decoder.

    cpu = plant.press()                       # or Cpu(Identity(station=…, name=…)) and cpu.load(…)
    with running(cpu) as live:                # a thread; live.host, live.port (rack 0, slot 2)
        live.play(scene.network_download, block)    # things happen between two messages
        live.faults.append(Silence(first=4))        # things go wrong from message 4 on
        live.server.requests, live.server.violations, live.server.log.counts

Inside an event loop: `server = Server(cpu); await server.start(); … await server.stop()`.
`python -m ccontrol.sim` serves many of them from one process.

block.py   Block, Kind, make_block, block_crc        cpu.py    Cpu, Identity, Mode, Switch, Words
hardware.py  CpuModel (cpu_315, cpu_416, cpu_414h), Module      szl*.py    system status lists
session.py   message in, message out                 connection.py, server.py   TCP
engineering.py  what it says to a station that may change it    station.py  such a station
scene.py     what engineers, hands and power do      fault.py  what goes wrong on the wire
plant.py     ready-made CPUs: press, mixer, pump     request_log.py  what was asked; violations
"""
