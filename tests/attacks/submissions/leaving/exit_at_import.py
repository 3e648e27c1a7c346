"""Leave with exit status 0 as soon as the module is imported.

earns: nothing
outcome: killed
says: ended with status 0
"""

import os

os._exit(0)
