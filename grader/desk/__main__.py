"""The warm process.

python -m grader.desk CHANNEL_FD
"""

import socket
import sys
import warnings

from grader.desk import DeskError
from grader.desk.loading import loading
from grader.layout import KIT
from grader.syllabus import read_syllabus

with loading():
    from grader.desk.session import run_pytest
    from grader.desk.warm import WarmSession

warnings.simplefilter("ignore")
syllabus = read_syllabus(KIT.registry)
channel = socket.socket(fileno=int(sys.argv[1]))
try:
    run_pytest(syllabus.topic_ids, WarmSession(channel, syllabus))
except DeskError as error:
    sys.exit(str(error))
