"""A stand-alone ControlLogix for tests, benchmarks and the demo: own frames, no decoder.

    chassis = plant.press()                   # or plant.chassis_of(project, model)
    with running(chassis) as live:            # a thread; live.host, live.port (TCP and UDP)
        live.play(scene.online_edit, "MainProgram", "TwoHand")   # things happen between two frames
        live.faults.append(Silence(first=4))  # things go wrong from frame 4 on
        live.server.requests, live.server.violations, live.server.log.counts

Inside an event loop: `server = Server(chassis); await server.start(); … await server.stop()`.
`python -m ccontrol.sim --family logix` serves many of them from one process.

wire.py, cip.py    frames; messages and paths       chassis.py     Chassis, Module, routes
project.py         what engineers load              l5x*.py        the same from a file
templates.py       structures; memory.py: instances and addresses of everything
controller.py      Controller, CpuModel, Mode, Key  attributes.py, network.py   objects as bytes
objects.py         services; tag_values.py: tags    connections.py Forward Open and Close
session.py         frame in, frame out              server.py      what listens, on TCP and UDP
scene.py           what engineers and hands do      fault.py       what goes wrong on the wire
plant.py           ready-made chassis               request_log.py what was asked; violations
"""
