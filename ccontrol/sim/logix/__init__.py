"""A stand-alone ControlLogix for tests, benchmarks and the demo: own frames, no decoder.

    chassis = plant.press()                   # or plant.chassis_of(project, model)
    with running(chassis) as live:            # a thread; live.host, live.port (TCP and UDP)
        live.play(scene.online_edit, "MainProgram", "TwoHand")   # things happen between two frames
        live.faults.append(Silence(first=4))  # things go wrong from frame 4 on
        live.server.requests, live.server.violations, live.server.log.counts

Inside an event loop: `server = Server(chassis); await server.start(); … await server.stop()`.
"""
