"""Connect to services of the host.

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
        for host in ("127.0.0.1", "::1", "localhost"):
            try:
                socket.create_connection((host, PORT), timeout=0.2).sendall(b"secret")
                reached.append(host)
            except OSError:
                continue
        raise RuntimeError(f"{reached}" if reached else "nothing reached")
