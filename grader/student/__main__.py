"""The warm process.

python -m grader.student CHANNEL_FD
"""

import sys
import warnings

from grader.child import parent_of
from grader.layout import find_course
from grader.loading import loading
from grader.student import StudentError
from grader.syllabus import read_syllabus

with loading():
    from grader.student.session import run_pytest
    from grader.student.warm_session import WarmSession

warnings.simplefilter("ignore")
syllabus = read_syllabus(find_course().registry)
channel = parent_of(sys.argv[1])
try:
    run_pytest(syllabus.topic_ids, WarmSession(channel, syllabus))
except StudentError as error:
    sys.exit(str(error))
