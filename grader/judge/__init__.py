"""The judge: a trusted pytest process that compares what a sandbox answers."""

from grader.judge.process import Judge, JudgeError, WarmSuite

__all__ = ["Judge", "JudgeError", "WarmSuite"]
