"""Let the worker's own encoder write something else.

earns: nothing
outcome: broke the protocol
"""

import os
import pickle

from grader.sandbox import wire


class Run:
    def __reduce__(self):
        return os.system, ("touch forged",)


wire.encode = lambda value: pickle.dumps(Run())
