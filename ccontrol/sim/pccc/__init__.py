"""A stand-alone MicroLogix, SLC 5/05 or PLC-5 on EtherNet/IP: own frames, own memory, no decoder.

    processor = plant.press()                  # or plant.conveyor() (SLC), plant.furnace() (PLC-5)
    with running(processor) as live:           # a thread; live.host, live.port (TCP and UDP)
        live.play(scene.download, "MAIN_NEW")  # things happen between two messages
        live.faults.append(Silence(first=4))   # things go wrong from message 4 on
        live.server.requests, live.server.violations, live.server.log.counts

Inside an event loop: `server = Server(processor); await server.start(); … await server.stop()`.
`python -m ccontrol.sim --family pccc` serves many of them from one process.

memory.py   File, Memory, directories      processor.py   Processor, Model, diagnostic status
pccc.py     PCCC command in, reply out     session.py     encapsulation and CIP in, answer out
wire.py     frames                         server.py      what listens, on TCP and UDP
scene.py    what engineers and hands do    fault.py       what goes wrong on the wire
plant.py    ready-made processors          request_log.py what was asked; violations
"""
