"""A zygote: python -I -m grader.sandbox CHANNEL_FD."""

import sys

from grader.loading import loading

with loading():
    from grader.sandbox.zygote_process import main

main(sys.argv[1])
