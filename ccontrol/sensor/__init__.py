"""The sensor: a process of its own that overhears engineering on a network interface.

It holds one right, to receive raw packets, and gives that up once its sockets are open. It knows
nothing of the daemon's configuration, store or drivers: it speaks with the daemon over a Unix
socket, in the lines of canonical.witness. Start reading at `sensor` (the loop) and `ear` (what is
made of packets); `tap` is the only module that opens a packet socket.
"""
