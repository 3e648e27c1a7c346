"""Send datagrams to services of the host.

earns: CenteredLayer
outcome: failed
says: nothing reached
levels: bubblewrap
"""

import socket


PORT = 47_831  # where the test listens


class MyLinear(MyLinear):
    def forward(self, x):
        reached = []
        for host in ("127.0.0.1", "255.255.255.255"):
            try:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.sendto(b"secret", (host, PORT))
                reached.append(host)
            except OSError:
                continue
        raise RuntimeError(f"{reached}" if reached else "nothing reached")
