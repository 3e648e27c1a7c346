"""Ask the garbage collector for every object in memory.

earns: CenteredLayer
outcome: failed
says: nothing found
levels: bubblewrap uid
"""

import gc
import types


class MyLinear(MyLinear):
    def forward(self, x):
        found = []
        for thing in gc.get_objects():
            if isinstance(thing, dict):
                texts = [v for v in thing.values() if isinstance(v, (str, bytes))]
            elif isinstance(thing, (list, tuple)):
                texts = [v for v in thing if isinstance(v, (str, bytes))]
            elif isinstance(thing, types.FunctionType):
                texts = [c for c in thing.__code__.co_consts if isinstance(c, str)]
            else:
                continue
            found += [
                t
                for t in texts
                if "CANARY" in str(t).upper() and "-" in str(t) and "0" in str(t)
            ]
        raise RuntimeError(f"{found}" if found else "nothing found")
