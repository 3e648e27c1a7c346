"""The untrusted side: a sandbox, a warm server in it, and the student's process.

`server`, `worker` and `wire` run inside the sandbox and import nothing of the judge.
"""

from grader.errors import GraderError


class SandboxError(GraderError):
    """The sandbox does not start or answer: a fault of the kit or the machine."""
