"""Who is told, and how: syslog, mail, webhooks, programs. What is worth telling is poll's to say.

Start reading at courier (one thread for each channel) and senders (how each kind is sent).
"""
